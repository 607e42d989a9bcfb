using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

/// <summary>The same script, asked plainly and streamed, leaves the same trace; only times to the first token are a stream's own.</summary>
public sealed class StreamTraceTests
{
    private static readonly ModelPrice Price = new() { InputPerMillion = 1_000_000, OutputPerMillion = 2_000_000 };

    public static TheoryData<string> Scripts => [.. Cases.Keys];

    private static Dictionary<string, Action<CallHarness>> Cases => new()
    {
        ["first attempt"] = h => h["a"].OnCall(1).Stream("Hel", "lo").Usage(10, 3, cachedInput: 4, reasoning: 1),
        ["a tool call"] = h => h["a"].OnCall(1).CallTool("look", new Dictionary<string, object?> { ["x"] = 1 }, "c-1"),
        ["repaired"] = h =>
        {
            h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, "busy", statusCode: 503);
            h["b"].OnCall(1).Stream("o", "k").Usage(5, 2);
        },
        ["repaired by the fallback group"] = h =>
        {
            h["a"].OnCall(1).RateLimited(TimeSpan.FromSeconds(7));
            h["b"].OnCall(1).Throw(LlmErrorKind.Authentication, "no", statusCode: 401);
            h["c"].OnCall(1).Stream("fine").Usage(2, 1);
        },
        ["all fail"] = h =>
        {
            h["a"].OnOtherCalls.Throw(LlmErrorKind.NotFound, "gone", statusCode: 404);
            h["b"].OnOtherCalls.Throw(LlmErrorKind.NotFound, "gone", statusCode: 404);
            h["c"].OnOtherCalls.Throw(LlmErrorKind.NotFound, "gone", statusCode: 404);
        },
        ["the caller's mistake"] = h => h["a"].OnCall(1).Throw(LlmErrorKind.InvalidRequest, "bad", statusCode: 400),
        ["a refusal"] = h => h["a"].OnCall(1).Stream("no").Finish(ChatFinishReason.ContentFilter).Usage(4, 1),
        ["no usage"] = h => h["a"].OnCall(1).Stream("x").NoUsage(),
    };

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_streamed_call_leaves_the_trace_of_a_plain_one(string script)
    {
        (string[] plain, decimal plainCost) = await TraceOfAsync(script, streams: false);
        (string[] streamed, decimal streamedCost) = await TraceOfAsync(script, streams: true);

        Assert.Equal(plain, streamed);
        Assert.Equal(plainCost, streamedCost);
        Assert.NotEmpty(plain);
    }

    private static async Task<(string[] Spans, decimal Cost)> TraceOfAsync(string script, bool streams)
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g
                    .AddDeployment("a/m", d => d.Price = Price)
                    .AddDeployment("b/m", d => { d.Order = 1; d.Price = Price; })
                    .FallBackTo("smart"))
                .AddModelGroup("smart", g => g.AddDeployment("c/m", d => d.Price = Price)),
            "a",
            "b",
            "c");
        Cases[script](h);
        ChatOptions options = new ChatOptions { Temperature = 0.5f }.WithPrompt(new PromptReference("p", 2));
        CallRoute? route = null;
        using (TraceScope trace = h.Tracer.StartTrace("job", new TraceContext { UserId = "u" }))
        {
            try
            {
                if (streams)
                {
                    await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello", options))
                    {
                        route = update.GetRoute() ?? route;
                    }
                }
                else
                {
                    route = (await h.Client.ChatAsync("fast", "Hello", options)).GetRoute();
                }
            }
            catch (LlmException error)
            {
                route = error.Route;
            }
        }

        // What the application is told it cost is what the generations say.
        decimal sum = h.Traces.Spans.Sum(span => span.Cost ?? 0);
        Assert.Equal(route!.Cost.Total ?? 0, sum);
        Dictionary<SpanId, string> names = h.Traces.Spans.ToDictionary(span => span.SpanId, span => span.Name);
        return ([.. h.Traces.Spans.Select(span => Text(span, names))], sum);
    }

    private static string Text(SpanData span, Dictionary<SpanId, string> names)
    {
        SpanRecord record = span.Record;
        string usage = span.Usage is { } used ? $"{used.InputTokenCount}/{used.CachedInputTokenCount}/{used.OutputTokenCount}/{used.ReasoningTokenCount}" : "none";
        string attempt = span.Attempt is { } made ? $"{made.Deployment} {made.Error} {made.StatusCode} {made.Wait} {made.Message}" : "none";
        string attempts = record.Route is { } route ? string.Join(", ", route.Attempts.Select(a => $"{a.Deployment}:{a.Error}")) + " because " + route.Reason : "none";
        return $"{span.Name} below {names.GetValueOrDefault(span.ParentSpanId)}: {span.Type} {span.Level} {span.StatusMessage} | {span.Operation} {span.ProviderName} {span.Model} {span.ResponseModel} {span.FinishReason} {span.Deployment} | "
            + $"{usage} {span.Cost} {span.ErrorKind} {record.Prompt} {record.Options?.Temperature} | {attempt} | {attempts} | {span.GetInputJson()} -> {span.GetOutputJson()}";
    }
}
