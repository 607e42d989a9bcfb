using System.Globalization;
using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Section C of the streaming cases: what servers write into chunks.</summary>
public sealed class StreamChunkTests
{
    private static Task<StreamOutcome> RunAsync(params string[] data) => StreamAsync(RawReply.Stream(Events([.. data, "[DONE]"])));

    private static string Tool(string call, string finish = "null") => Delta($$"""{"tool_calls":[{{call}}]}""", finish);

    private static string Arguments(FunctionCallContent call) =>
        string.Join(',', call.Arguments!.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.Key}={a.Value}")));

    [Fact]
    public async Task Case_33_a_first_chunk_without_choices_is_no_delta()
    {
        StreamOutcome outcome = await RunAsync("""{"choices":[],"prompt_filter_results":[{"x":1}],"model":""}""", Chunk("a"), Stop);
        Assert.Equal("a", outcome.Text);
        Assert.Equal("gpt-4.1", outcome.Updates[0].ModelId);
    }

    [Fact]
    public async Task Case_34_usage_in_a_last_chunk_without_choices()
    {
        StreamOutcome outcome = await RunAsync(Chunk("a"), Stop, Usage);
        Assert.Equal(15, outcome.Usage?.TotalTokenCount);
        Assert.Equal(ChatFinishReason.Stop, outcome.Finish);
        Assert.Equal("stop", outcome.Report.RawFinishReason);
    }

    [Fact]
    public async Task Case_35_the_last_usage_wins_and_is_never_added()
    {
        StreamOutcome outcome = await RunAsync(
            """{"choices":[{"delta":{"content":"a"}}],"usage":null}""",
            """{"choices":[{"delta":{"content":"b"}}],"usage":{"prompt_tokens":10,"completion_tokens":1,"total_tokens":11}}""",
            """{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}""",
            """{"choices":[],"usage":null}""");
        Assert.Equal(12, outcome.Usage?.TotalTokenCount);
    }

    [Theory]
    [InlineData("""{"choices":[],"x_groq":{"id":"r","usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}}""")]
    [InlineData("""{"choices":[{"delta":{},"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}]}""")]
    public async Task Case_36_usage_in_other_places_is_found(string chunk)
    {
        StreamOutcome outcome = await RunAsync(Chunk("a"), Stop, chunk);
        Assert.Equal(3, outcome.Usage?.TotalTokenCount);
    }

    [Fact]
    public async Task Case_37_and_38_empty_chunks_and_deltas_give_no_update()
    {
        StreamOutcome outcome = await RunAsync("{}", "null", """{"choices":null}""", " ", Delta("{}"), Delta("null"), Delta("""{"content":null}"""), Delta("""{"content":""}"""), Chunk("a"), Stop);
        Assert.Equal("a", outcome.Text);
        Assert.Equal(2, outcome.Updates.Count);
    }

    [Fact]
    public async Task Case_38_content_parts_are_joined_and_thinking_parts_are_reasoning()
    {
        StreamOutcome outcome = await RunAsync(
            Delta("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}"""),
            Delta("""{"content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]}"""),
            Stop);
        Assert.Equal("xy", outcome.Text);
        Assert.Equal("hm", outcome.Reasoning);
    }

    [Fact]
    public async Task Case_39_repeated_roles_change_nothing()
    {
        StreamOutcome outcome = await RunAsync(Delta("""{"role":"assistant","content":"a"}"""), Delta("""{"role":"assistant","content":"b"}"""), Stop);
        Assert.Equal("ab", outcome.Text);
    }

    [Fact]
    public async Task Case_40_interleaved_fragments_are_assembled_apart()
    {
        StreamOutcome outcome = await RunAsync(
            Tool("""{"index":0,"id":"t0","type":"function","function":{"name":"weather","arguments":""}}"""),
            Tool("""{"index":1,"id":"t1","type":"function","function":{"name":"time"}}"""),
            Tool("""{"index":0,"function":{"arguments":"{\"ci"}}"""),
            Tool("""{"index":1,"function":{"arguments":"{\"ci"}}"""),
            Tool("""{"index":0,"function":{"arguments":"ty\":1}"}}"""),
            Tool("""{"index":1,"function":{"arguments":"ty\":2}"}}""", "\"tool_calls\""));
        Assert.Equal(["t0", "t1"], outcome.Calls.Select(c => c.CallId));
        Assert.Equal(["city=1", "city=2"], outcome.Calls.Select(Arguments));
        Assert.Equal(ChatFinishReason.ToolCalls, outcome.Finish);
        Assert.Equal(7, outcome.Updates.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"index\":0,")]
    public async Task Case_41_a_new_id_is_a_new_call_whatever_the_index(string index)
    {
        StreamOutcome outcome = await RunAsync(
            Tool("{" + index + "\"id\":\"a\"," + """ "function":{"name":"f","arguments":"{\"x\":"}} """),
            Tool("{" + index + """ "function":{"arguments":"1}"}} """),
            Tool("{" + index + "\"id\":\"b\"," + """ "function":{"name":"g","arguments":"{\"x\":2}"}} """),
            Stop);
        Assert.Equal(["a:f:x=1", "b:g:x=2"], outcome.Calls.Select(c => $"{c.CallId}:{c.Name}:{Arguments(c)}"));
        Assert.Equal(ChatFinishReason.ToolCalls, outcome.Finish);
    }

    [Fact]
    public async Task Case_42_repeated_ids_and_names_are_not_new_calls()
    {
        StreamOutcome outcome = await RunAsync(
            Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"""),
            Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"1}"}}"""),
            Stop);
        Assert.Equal("a:f:x=1", Assert.Single(outcome.Calls.Select(c => $"{c.CallId}:{c.Name}:{Arguments(c)}")));
    }

    [Theory]
    [InlineData("""{"city":"x"}""", "city=x")]
    [InlineData("null", "")]
    [InlineData("\"\"", "")]
    public async Task Case_44_arguments_as_object_null_or_empty(string arguments, string expected)
    {
        StreamOutcome outcome = await RunAsync(Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":""" + arguments + """}}"""), Stop);
        Assert.Equal(expected, Arguments(Assert.Single(outcome.Calls)));
        Assert.Null(outcome.Calls[0].Exception);
    }

    [Fact]
    public async Task Case_45_missing_ids_are_made_up()
    {
        StreamOutcome outcome = await RunAsync(
            Tool("""{"index":0,"id":null,"function":{"name":"f","arguments":"{}"}}"""),
            Tool("""{"index":1,"function":{"name":"g","arguments":"{}"}}"""),
            Stop);
        Assert.Equal(["call_0", "call_1"], outcome.Calls.Select(c => c.CallId));
    }

    [Fact]
    public async Task Case_46_cut_arguments_are_flagged_and_kept()
    {
        StreamOutcome outcome = await RunAsync(Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"city\":\"Be"}}"""), Delta("{}", "\"length\""));
        FunctionCallContent call = Assert.Single(outcome.Calls);
        Assert.NotNull(call.Exception);
        Assert.Null(call.Arguments);
        Assert.Equal("{\"city\":\"Be", call.RawRepresentation);
        Assert.Equal(ChatFinishReason.Length, outcome.Finish);
    }

    [Fact]
    public async Task Case_48_and_50_the_first_finish_reason_is_kept_and_later_content_still_delivered()
    {
        StreamOutcome outcome = await RunAsync(Delta("""{"content":"a"}""", "\"length\""), Delta("""{"content":"b"}""", "\"stop\""), Usage);
        Assert.Equal("ab", outcome.Text);
        Assert.Equal(ChatFinishReason.Length, outcome.Finish);
        Assert.Equal(15, outcome.Usage?.TotalTokenCount);
    }

    [Theory]
    [InlineData("eos", "stop")]
    [InlineData("end_turn", "stop")]
    [InlineData("sensitive", "content_filter")]
    [InlineData("abort", "abort")]
    [InlineData("brand_new", "brand_new")]
    public async Task Case_49_finish_words_are_mapped_and_unknown_ones_kept(string raw, string mapped)
    {
        StreamOutcome outcome = await RunAsync(Chunk("a"), Delta("{}", "\"\""), Delta("{}", $"\"{raw}\""));
        Assert.Equal(mapped, outcome.Finish?.Value);
        Assert.Equal(raw, outcome.Report.RawFinishReason);
    }

    [Theory]
    [InlineData("error", LlmErrorKind.ServerError)]
    [InlineData("insufficient_system_resource", LlmErrorKind.Overloaded)]
    public async Task Case_49_finish_words_that_mean_failure_fail(string raw, LlmErrorKind kind)
    {
        StreamOutcome outcome = await RunAsync(Chunk("a"), Delta("{}", $"\"{raw}\""));
        Assert.Equal(kind, outcome.Failure?.Kind);
    }

    [Fact]
    public async Task Case_51_choices_keep_their_own_messages()
    {
        static string Of(int index, string text) => """{"id":"c1","choices":[{"index":""" + index + ""","delta":{"content":""" + "\"" + text + "\"" + """}}]}""";
        StreamOutcome outcome = await RunAsync(Of(1, "x"), Of(0, "a"), Of(1, "y"), Of(0, "b"), Stop);
        Assert.Equal("ab", string.Concat(outcome.Updates.Where(u => u.MessageId == "c1").Select(u => u.Text)));
        Assert.Equal("xy", string.Concat(outcome.Updates.Where(u => u.MessageId == "c1-1").Select(u => u.Text)));
    }

    [Theory]
    [InlineData("""{"reasoning_content":"t"}""")]
    [InlineData("""{"reasoning":"t"}""")]
    [InlineData("""{"reasoning_content":"t","reasoning":"t","reasoning_details":[{"type":"reasoning.text","text":"t"}]}""")]
    [InlineData("""{"reasoning_details":[{"type":"reasoning.text","text":"t"}]}""")]
    public async Task Case_52_reasoning_is_told_once(string delta)
    {
        StreamOutcome outcome = await RunAsync(Delta(delta), Chunk("a"), Stop);
        Assert.Equal("t", outcome.Reasoning);
        Assert.Equal("a", outcome.Text);
    }

    [Fact]
    public async Task Case_54_and_55_odd_numbers_duplicate_keys_trailing_commas_and_nan_are_tolerated()
    {
        StreamOutcome outcome = await RunAsync(
            """{"id":"c1","created":1.7e9,"choices":[{"index":"0","delta":{"content":"no","content":"a"},"logprobs":{"v":NaN,"w":-Infinity},}],}""",
            Stop,
            """{"choices":[],"usage":{"prompt_tokens":"12","completion_tokens":-3,"total_tokens":12.0}}""");
        Assert.Equal("a", outcome.Text);
        Assert.Equal(12, outcome.Usage?.InputTokenCount);
        Assert.Null(outcome.Usage?.OutputTokenCount);
        Assert.Equal(12, outcome.Usage?.TotalTokenCount);
        Assert.Equal(1_700_000_000, outcome.Updates[0].CreatedAt?.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Case_56_refusals_come_apart_from_text()
    {
        StreamOutcome outcome = await RunAsync(Delta("""{"refusal":"I can"}"""), Delta("""{"refusal":"not","obfuscation":"xx","annotations":[]}"""), Stop);
        ErrorContent refusal = Assert.Single(outcome.Updates.SelectMany(u => u.Contents).OfType<ErrorContent>());
        Assert.Equal("I cannot", refusal.Message);
        Assert.Equal("Refusal", refusal.ErrorCode);
        Assert.Equal("", outcome.Text);
    }

    [Fact]
    public async Task Case_57_deep_nesting_is_read()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200));
        StreamOutcome outcome = await RunAsync("""{"echo":""" + deep + ""","choices":[{"delta":{"content":"a"}}]}""", Stop);
        Assert.Equal("a", outcome.Text);
    }

    [Fact]
    public async Task Case_116_the_answering_model_is_told()
    {
        StreamOutcome outcome = await RunAsync("""{"id":"c","model":"gpt-4.1-2025-04-14","service_tier":"flex","choices":[{"delta":{"content":"a"}}]}""", Stop);
        Assert.Equal("gpt-4.1-2025-04-14", outcome.Updates[0].ModelId);
        Assert.Equal("flex", outcome.Report.ServiceTier);
    }

    [Fact]
    public async Task Only_the_first_and_the_last_update_can_carry_a_route()
    {
        StreamOutcome outcome = await RunAsync(Chunk("a"), Chunk("b"), Chunk("c"), Stop, Usage);
        Assert.IsType<RoutedChatResponseUpdate>(outcome.Updates[0]);
        Assert.IsType<RoutedChatResponseUpdate>(outcome.Updates[^1]);
        Assert.All(outcome.Updates[1..^1], u => Assert.IsType<ChatResponseUpdate>(u));
    }

    [Fact]
    public async Task The_streamed_message_is_captured_as_one_message()
    {
        var capture = new CaptureStub();
        await StreamAsync(RawReply.Stream(Events(Delta("""{"reasoning":"hm"}"""), Chunk("a\\\"b"), Chunk("ü"), Tool("""{"index":0,"id":"t","function":{"name":"f","arguments":"{\"x\":1}"}}"""), Stop, "[DONE]")), capture: capture);
        Assert.Equal("""[{"role":"user","content":"Hello"}]""", capture.Input);
        Assert.Equal("""{"role":"assistant","content":"a\"bü","reasoning_content":"hm","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}""", capture.Output);
    }

    [Fact]
    public async Task A_chunk_allocates_only_its_update_and_its_text()
    {
        const int Count = 2000;
        byte[] body = System.Text.Encoding.UTF8.GetBytes(Events([.. Enumerable.Repeat(Chunk("abcd"), Count), "[DONE]"]));
        var provider = Provider(new HttpMessageInvoker(new BytesHandler(body)));
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            int seen = 0;
            long before = 0;
            await foreach (ChatResponseUpdate _ in provider.ChatStreamingAsync(Call(), Hello, null, CancellationToken.None))
            {
                seen++;
                if (seen == 2)
                {
                    before = GC.GetAllocatedBytesForCurrentThread();
                }
                else if (seen == Count)
                {
                    allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                }
            }
        }

        Assert.InRange(allocated / (Count - 2), 1, 304);
    }
}
