using System.Text.Json;
using Microsoft.Extensions.AI;
using static LlmStack.Testing.ConformanceBench;

namespace LlmStack.Testing;

/// <summary>Tool calls arrive whole, and their results go back.</summary>
internal static class ToolCases
{
    private static readonly ChatOptions Options = new() { Tools = [Weather("weather"), Weather("traffic")] };

    private static readonly CannedAnswer One = new() { ToolCalls = [new("call_abc123", "weather", ["{\"city\":", "\"Kö", "ln\"", "}"])], FinishReason = ChatFinishReason.ToolCalls };

    private static readonly CannedAnswer Two = new()
    {
        ToolCalls = [new("call_abc123", "weather", ["{\"city\":\"Bonn\"}"]), new("call_def456", "traffic", ["{\"city\":", "\"Rome\"}"])],
        FinishReason = ChatFinishReason.ToolCalls,
    };

    public static readonly ConformanceRow[] Rows =
    [
        new("a tool call arrives whole, also when its arguments are streamed", CallAsync) { Needs = ConformanceFeatures.ToolCalls },
        new("a tool's result goes back", RoundTripAsync) { Needs = ConformanceFeatures.ToolCalls },
        new("text and a tool call arrive together", WithTextAsync) { Needs = ConformanceFeatures.ToolCalls },
        new("a tool call without arguments has none", NoArgumentsAsync) { Needs = ConformanceFeatures.ToolCalls },
        new("parallel tool calls stay apart and in order", ParallelAsync) { Needs = ConformanceFeatures.ToolCalls | ConformanceFeatures.ParallelToolCalls },
    ];

    private static Task CallAsync(ConformanceBench bench) => EachAsync(bench, One, static outcome =>
    {
        FunctionCallContent call = Single(outcome);
        Equal("weather", call.Name, "name of the tool");
        Equal("Köln", ArgumentOf(call, "city"), "argument");
        Expect(!string.IsNullOrEmpty(call.CallId), "A tool call needs an id; where the format has none, the provider makes one.");
        Equal(ChatFinishReason.ToolCalls, outcome.Response.FinishReason ?? default, "finish reason");
    });

    private static async Task RoundTripAsync(ConformanceBench bench)
    {
        int calls = 0;
        ConformanceStage stage = bench.Open(_ => new ConformanceStep { Answer = Interlocked.Increment(ref calls) % 2 == 1 ? One : new CannedAnswer { Pieces = ["Sunny."] } });
        await using (stage.ConfigureAwait(false))
        {
            await BothAsync(async streaming =>
            {
                ConformanceOutcome first = await bench.AskAsync(stage, streaming, options: Options).ConfigureAwait(false);
                List<ChatMessage> history =
                [
                    .. Hello,
                    .. first.Response.Messages,
                    new ChatMessage(ChatRole.Tool, [new FunctionResultContent(Single(first).CallId, "27 degrees")]),
                ];
                ConformanceOutcome second = await bench.AskAsync(stage, streaming, history, Options).ConfigureAwait(false);
                Equal("Sunny.", second.Text, "text");
                Expect(stage.Requests[^1].Contains("27 degrees", StringComparison.Ordinal), "The tool's result must be sent.");
                Expect(stage.Requests[^1].Contains("weather", StringComparison.Ordinal), "The tool's call must be sent back with its result.");
            }).ConfigureAwait(false);
        }
    }

    private static Task WithTextAsync(ConformanceBench bench) => EachAsync(bench, One with { Pieces = ["Let me ", "look."] }, static outcome =>
    {
        Equal("Let me look.", outcome.Text, "text");
        Equal("Köln", ArgumentOf(Single(outcome), "city"), "argument");
    });

    private static Task NoArgumentsAsync(ConformanceBench bench) => EachAsync(bench, One with { ToolCalls = [new("call_abc123", "weather", ["{}"])] }, static outcome =>
    {
        FunctionCallContent call = Single(outcome);
        Expect(call.Exception is null && call.Arguments is null or { Count: 0 }, "An empty object means no arguments.");
    });

    private static Task ParallelAsync(ConformanceBench bench) => EachAsync(bench, Two, static outcome =>
    {
        Equal("weather traffic", string.Join(' ', outcome.Calls.Select(static call => call.Name)), "tools");
        Equal("Bonn Rome", string.Join(' ', outcome.Calls.Select(static call => ArgumentOf(call, "city"))), "arguments");
        Expect(outcome.Calls[0].CallId != outcome.Calls[1].CallId, "Two calls must have two ids.");
    });

    private static async Task EachAsync(ConformanceBench bench, CannedAnswer answer, Action<ConformanceOutcome> check)
    {
        ConformanceStage stage = bench.Open(answer);
        await using (stage.ConfigureAwait(false))
        {
            await BothAsync(async streaming => check(await bench.AskAsync(stage, streaming, options: Options).ConfigureAwait(false))).ConfigureAwait(false);
        }
    }

    private static FunctionCallContent Single(ConformanceOutcome outcome)
    {
        Expect(outcome.Calls.Count == 1, $"One tool call was expected, {outcome.Calls.Count} came.");
        return outcome.Calls[0];
    }

    private static string? ArgumentOf(FunctionCallContent call, string name) =>
        call.Arguments is { } arguments && arguments.TryGetValue(name, out object? value) ? value is JsonElement element ? element.GetString() : value as string : null;

    private static AIFunctionDeclaration Weather(string name)
    {
        using JsonDocument schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""");
        return AIFunctionFactory.CreateDeclaration(name, $"Asks for the {name} of a city.", schema.RootElement.Clone());
    }
}
