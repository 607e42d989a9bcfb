using LlmStack.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Calls.Plans;

/// <summary>Has the answers of a cascade judged. Every stage and every judge is on the call's route, and on its bill.</summary>
internal sealed class Cascades(IServiceProvider services, CallTrace trace, CallPreparation preparation, TimeProvider time)
{
    /// <summary>A streamed answer is held back up to this many bytes; a longer one is handed on unjudged.</summary>
    private const int MostHeld = 4 * 1024 * 1024;

    private const string Instruction =
        "You judge answers. Below are a request and an answer. Does the answer serve the request completely and correctly? Reply with yes or no alone.";

    /// <summary>Why an answer is not good enough; null when it is, or nobody can say so. A judge that fails rejects nothing.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async ValueTask<string?> FindFaultAsync<TResult>(CallState state, CallAttempt attempt, CascadePlan plan, TResult result)
    {
        if (state.Request.Messages is not { } messages)
        {
            return null;
        }

        var stream = result as OpenStream<ChatResponseUpdate>;
        ChatResponse? answer = stream is null ? result as ChatResponse : await WholeAsync(state, attempt, stream).ConfigureAwait(false);
        if (answer is null)
        {
            return null;
        }

        long began = time.GetTimestamp();
        string? fault;
        try
        {
            fault = await JudgeAsync(state, plan, messages, answer).ConfigureAwait(false);
        }
        catch (Exception failure) when (!state.Caller.IsCancellationRequested)
        {
            Note(state, (failure as LlmException)?.Route);
            fault = null;
        }

        // It was not the deployment that took this time.
        long judging = time.GetTimestamp() - began;
        attempt.ConsumerTicks += judging;
        if (plan.Judge is not null)
        {
            state.ProviderTicks += judging;
        }

        if (fault is not null)
        {
            // Nobody will read it; its trace and its bill remain.
            foreach (ChatResponseUpdate update in stream?.Held ?? [])
            {
                ChatUpdateTraits.Observe(update, attempt);
            }
        }

        return fault;
    }

    /// <summary>The answer of a stream, read to its end; null when it is too long to be held back.</summary>
    private async ValueTask<ChatResponse?> WholeAsync(CallState state, CallAttempt attempt, OpenStream<ChatResponseUpdate> stream)
    {
        if (stream.HasContent)
        {
            attempt.FirstTokenAt = time.GetTimestamp();
        }

        using IDisposable? ambient = trace.Enter(state, attempt);
        return await stream.ReadToEndAsync<ChatUpdateTraits>(attempt, preparation.Ticks(attempt.Timeouts.Idle), MostHeld, time).ConfigureAwait(false) ? stream.Held.ToChatResponse() : null;
    }

    private async ValueTask<string?> JudgeAsync(CallState state, CascadePlan plan, IReadOnlyList<ChatMessage> messages, ChatResponse answer)
    {
        if (plan.Validator is { } name)
        {
            return await services.GetRequiredKeyedService<IAnswerValidator>(name).FindFaultAsync(messages, answer, state.Caller).ConfigureAwait(false);
        }

        ChatResponse verdict = await AskAsync(state, plan.Judge!, messages, answer).ConfigureAwait(false);
        Note(state, verdict.GetRoute());
        return verdict.Text.TrimStart().StartsWith("yes", StringComparison.OrdinalIgnoreCase) ? null : $"the judge '{plan.Judge}' said no";
    }

    private static void Note(CallState state, CallRoute? judged)
    {
        foreach (RouteAttempt attempt in judged?.Attempts ?? [])
        {
            attempt.Role = AttemptRole.Judge;
            state.Route.Add(attempt);
        }
    }

    /// <summary>There is one deadline: the judge has what is left of the call's.</summary>
    private TimeSpan? TimeLeft(CallState state)
    {
        if (state.Deadline == long.MaxValue)
        {
            return state.Request.Routing?.Deadline;
        }

        TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), state.Deadline);
        return left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1);
    }

    private async ValueTask<ChatResponse> AskAsync(CallState state, string judge, IReadOnlyList<ChatMessage> messages, ChatResponse answer)
    {
        var request = new System.Text.StringBuilder("Request:\n");
        foreach (ChatMessage message in messages)
        {
            request.Append(message.Role.Value).Append(": ").AppendLine(message.Text);
        }

        request.Append("\nAnswer:\n").Append(answer.Text);
        ChatMessage[] question = [new(ChatRole.System, Instruction), new(ChatRole.User, request.ToString())];

        // The wishes of the call bind its judge: what must stay in a region is not shown elsewhere.
        RoutingOptions wishes = (state.Request.Routing ?? new RoutingOptions()) with { AllowFallbacks = false, Fallbacks = null, Prompt = null, Deadline = TimeLeft(state) };
        using IDisposable? ambient = trace.EnterCall(state);
        using IDisposable part = LlmContext.Push(LlmContext.Current with { IsPartOfCall = true });
        return await services.GetRequiredService<ILlmClient>().ChatAsync(judge, question, new ChatOptions { Temperature = 0 }.WithRouting(wishes), state.Caller).ConfigureAwait(false);
    }
}
