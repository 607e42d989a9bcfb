using LlmStack.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Calls.Plans;

/// <summary>Has the answers of a cascade judged. Every stage and every judge is on the call's route, and on its bill.</summary>
internal sealed class Cascades(IServiceProvider services, CallTrace trace)
{
    private const string Instruction =
        "You judge answers. Below are a request and an answer. Does the answer serve the request completely and correctly? Reply with yes or no alone.";

    /// <summary>Why an answer is not good enough; null when it is, or nobody can say so. A judge that fails rejects nothing.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async ValueTask<string?> FindFaultAsync<TResult>(CallState state, CascadePlan plan, TResult result)
    {
        if (result is not ChatResponse answer || state.Request.Messages is not { } messages)
        {
            return null;
        }

        try
        {
            return await JudgeAsync(state, plan, messages, answer).ConfigureAwait(false);
        }
        catch (Exception failure) when (!state.Caller.IsCancellationRequested)
        {
            Note(state, (failure as LlmException)?.Route);
            return null;
        }
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
        RoutingOptions wishes = (state.Request.Routing ?? new RoutingOptions()) with { AllowFallbacks = false, Fallbacks = null, Prompt = null };
        using IDisposable? ambient = trace.EnterCall(state);
        return await services.GetRequiredService<ILlmClient>().ChatAsync(judge, question, new ChatOptions { Temperature = 0 }.WithRouting(wishes), state.Caller).ConfigureAwait(false);
    }
}
