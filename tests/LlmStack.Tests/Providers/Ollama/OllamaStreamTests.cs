using LlmStack.Providers.Ollama;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Providers.Streaming;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Ollama.OllamaWire;

namespace LlmStack.Tests.Providers.Ollama;

/// <summary>The cases of newline-delimited JSON, each at every cut, compressed, and over a real socket.</summary>
public sealed class OllamaStreamTests
{
    private static readonly StreamExpectation Hello = new() { Text = "Hello", Finish = ChatFinishReason.Stop, RawFinish = "stop", TotalTokens = 15 };

    private static readonly Dictionary<string, StreamCase> Cases = new StreamCase[]
    {
        new(87, "lines_are_events", Lines(Line("Hel"), Line("lo"), Done), Hello),
        new(87, "lines_end_with_cr_and_lf_and_may_be_empty", $"{Line("Hel")}\r\n\r\n\n{Line("lo")}\r\n{Done}\r\n", Hello),
        new(87, "the_last_line_needs_no_end", $"{Line("Hel")}\n{Line("lo")}\n{Done}", Hello),
        new(87, "a_cut_line_is_a_truncated_stream", $"{Line("Hello")}\n{Done[..40]}", new() { Text = "Hello", Failure = LlmErrorKind.Network }),
        new(87, "an_end_without_done_is_a_truncated_stream", Lines(Line("Hello")), new() { Text = "Hello", Failure = LlmErrorKind.Network }),
        new(88, "an_error_line_fails", Lines(Line("Hel"), """{"error":"model runner has unexpectedly stopped"}"""), new() { Text = "Hel", Failure = LlmErrorKind.ServerError }),
        new(89, "a_cached_prompt_is_not_counted_and_unknown_is_not_zero", Lines(Line("Hello"), Done.Replace("\"prompt_eval_count\":10,", "", StringComparison.Ordinal)),
            new() { Text = "Hello", Also = static o => Assert.Equal((null, 5, null), (o.Usage!.InputTokenCount, o.Usage.OutputTokenCount, o.Usage.TotalTokenCount)) }),
        new(89, "a_model_that_was_only_loaded_did_not_answer", Lines(Done.Replace("\"stop\"", "\"load\"", StringComparison.Ordinal)), new() { Failure = LlmErrorKind.InvalidResponse }),
        new(90, "a_tool_call_that_ends_with_stop", Lines(Message("""{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"id":"x","function":{"name":"g","arguments":{}}}]}"""), Done),
            new() { Calls = ["call_0:f:a=1", "x:g:"], Finish = ChatFinishReason.ToolCalls, RawFinish = "stop" }),
        new(0, "thinking_is_reasoning", Lines(Message("""{"role":"assistant","content":"","thinking":"Hm"}"""), Line("Hello"), Done), Hello with { Reasoning = "Hm" }),
        new(0, "length_is_kept", Lines(Line("Hello"), Done.Replace("\"stop\"", "\"length\"", StringComparison.Ordinal)), Hello with { Finish = ChatFinishReason.Length, RawFinish = "length" }),
        new(0, "nothing_behind_done_is_read", Lines(Line("Hello"), Done, Line("more"), "garbage"), Hello),
        new(0, "a_page_is_no_stream", "<html><head><title>Sign in</title></head></html>", new() { Failure = LlmErrorKind.InvalidResponse }),
        new(0, "garbage_between_lines_fails", Lines(Line("Hel"), "{garbage}", Done), new() { Text = "Hel", Failure = LlmErrorKind.InvalidResponse }),
    }.ToDictionary(static one => one.Title);

    public static TheoryData<string> Titles => StreamCase.Titles(Cases.Values);

    [Theory]
    [MemberData(nameof(Titles))]
    public Task However_it_is_cut(string title) => StreamCaseRunner.RunAsync(Cases[title], static setup => new OllamaFormat().Create(setup));

    [Fact]
    public async Task The_last_update_tells_how_long_the_model_took_to_load()
    {
        var capture = new CaptureStub();
        StreamOutcome outcome = await Format.StreamAsync(Lines(Line("Hel"), Line("lo"), Done), Format.Call(capture));

        Assert.Equal(TimeSpan.FromSeconds(2), outcome.Updates[^1].AdditionalProperties!["ollama.load_duration"]);
        Assert.Equal(("qwen3", 2026), (outcome.Updates[0].ModelId, outcome.Updates[0].CreatedAt!.Value.Year));
        Assert.Equal("""{"role":"assistant","content":"Hello"}""", capture.Output);
    }
}
