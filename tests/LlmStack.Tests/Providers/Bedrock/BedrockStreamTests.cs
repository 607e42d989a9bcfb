using System.Buffers.Binary;
using System.Text;
using LlmStack.Providers.Bedrock;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Providers.Streaming;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Bedrock.BedrockWire;

namespace LlmStack.Tests.Providers.Bedrock;

/// <summary>The cases of event-stream frames, each at every cut, compressed, and over a real socket.</summary>
public sealed class BedrockStreamTests
{
    private static readonly StreamExpectation Hello = new() { Text = "Hello", Finish = ChatFinishReason.Stop, RawFinish = "end_turn", TotalTokens = 15 };

    private static readonly Dictionary<string, StreamCase> Cases = new StreamCase[]
    {
        Case(92, "frames_are_read_whole_however_they_are_cut", Hello, Start, Text("Hel"), Text("lo"), Event("contentBlockStop", """{"contentBlockIndex":0}"""), Stop(), Metadata),
        Case(92, "a_wrong_checksum_of_the_prelude_fails", new() { Text = "Hel", Failure = LlmErrorKind.Network }, Start, Text("Hel"), Flipped(Text("lo"), 9), Stop(), Metadata),
        Case(92, "a_wrong_checksum_of_a_frame_fails", new() { Text = "Hel", Failure = LlmErrorKind.Network }, Start, Text("Hel"), Flipped(Text("lo"), 60), Stop(), Metadata),
        Case(92, "a_frame_of_length_zero_fails", new() { Failure = LlmErrorKind.Network }, Prelude(0, 0)),
        Case(92, "a_frame_of_two_gigabytes_fails_at_once", new() { Failure = LlmErrorKind.Network }, Prelude(0x80000000, 0)),
        Case(92, "headers_longer_than_their_frame_fail", new() { Failure = LlmErrorKind.Network }, Prelude(100, 100)),
        Case(92, "a_header_of_unknown_type_fails", new() { Failure = LlmErrorKind.Network }, Frame([1, (byte)'x', 42, 0], [])),
        Case(92, "headers_of_every_known_type_are_skipped", Hello, Frame(EveryType(), []), Text("Hello"), Stop(), Metadata),
        Case(92, "an_empty_payload_and_an_unknown_event_are_skipped", Hello, Event("contentBlockDelta", ""), Event("newThing", """{"x":1}"""), Text("Hello"), Stop(), Metadata),
        Case(93, "an_exception_has_the_kind_of_its_status", new() { Text = "Hel", Failure = LlmErrorKind.RateLimited, Also = static o => Assert.Equal("throttlingException", o.Failure!.ErrorCode) }, Text("Hel"), Exception("throttlingException", """{"message":"Too many tokens, please wait before trying again."}""")),
        Case(93, "an_error_frame_fails", new() { Failure = LlmErrorKind.ServerError }, Frame("", (":message-type", "error"), (":error-code", "InternalFailure"), (":error-message", "An internal failure occurred"))),
        Case(94, "usage_comes_behind_the_end_of_the_message", Hello, Text("Hello"), Stop(), Metadata),
        Case(94, "an_end_without_usage_completes", new() { Text = "Hello", Finish = ChatFinishReason.Stop, Also = static o => Assert.Null(o.Usage) }, Text("Hello"), Stop()),
        Case(94, "an_end_without_the_end_of_the_message_is_a_truncated_stream", new() { Text = "Hello", Failure = LlmErrorKind.Network }, Text("Hello")),
        Case(95, "a_text_needs_no_block_start", Hello, Text("Hello", 3), Stop(), Metadata),
        Case(0, "tool_calls_are_put_together_by_their_block", new() { Calls = ["t1:f:a=1", "t2:g:"], Finish = ChatFinishReason.ToolCalls },
            Event("contentBlockStart", """{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}"""), Event("contentBlockStart", """{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t2","name":"g"}}}"""),
            Delta("""{"toolUse":{"input":"{\"a\""}}""", 1), Delta("""{"toolUse":{"input":":1}"}}""", 1), Stop("tool_use"), Metadata),
        Case(0, "thoughts_keep_their_signature", Hello with { Reasoning = "Hm", Also = static o => Assert.Equal("bedrock:sig", o.Updates.SelectMany(u => u.Contents).OfType<TextReasoningContent>().Last().ProtectedData) },
            Delta("""{"reasoningContent":{"text":"Hm"}}"""), Delta("""{"reasoningContent":{"signature":"sig"}}"""), Text("Hello", 1), Stop(), Metadata),
        Case(0, "a_guardrail_is_a_content_filter", new() { Text = "No", Finish = ChatFinishReason.ContentFilter }, Text("No"), Stop("guardrail_intervened"), Metadata),
        Case(0, "a_malformed_tool_call_fails", new() { Failure = LlmErrorKind.InvalidResponse }, Stop("malformed_tool_use")),
    }.ToDictionary(static one => one.Title);

    public static TheoryData<string> Titles => StreamCase.Titles(Cases.Values);

    [Theory]
    [MemberData(nameof(Titles))]
    public Task However_it_is_cut(string title) => StreamCaseRunner.RunAsync(Cases[title], static setup => new BedrockFormat().Create(setup));

    [Fact]
    public async Task What_the_cache_keeps_for_an_hour_is_told_apart()
    {
        const string Usage = """{"inputTokens":10,"outputTokens":5,"totalTokens":15,"cacheWriteInputTokens":7,"cacheDetails":[{"ttl":"5m","inputTokens":2},{"ttl":"1h","inputTokens":5}]}""";
        StreamOutcome streamed = await Format.StreamAsync([.. Text("Hello"), .. Stop(), .. Event("metadata", $$"""{"usage":{{Usage}}}""")]);
        ChatResponse whole = await Format.ChatAsync($$"""{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]} },"stopReason":"end_turn","usage":{{Usage}},"additionalModelResponseFields":{"text":"x","stopReason":"max_tokens","usage":{"inputTokens":99} } }""");

        foreach (UsageDetails usage in new[] { streamed.Usage!, whole.Usage! })
        {
            Assert.Equal((17, 5), (usage.InputTokenCount, usage.OutputTokenCount));
            Assert.Equal((7, 5), (usage.AdditionalCounts!["input_cache_creation"], usage.AdditionalCounts["input_cache_creation_1h"]));
        }

        Assert.Equal(ChatFinishReason.Stop, whole.FinishReason);
    }

    [Fact]
    public async Task A_streamed_answer_is_captured()
    {
        var capture = new CaptureStub();
        await Format.StreamAsync([.. Text("Hel"), .. Text("lo"), .. Stop(), .. Metadata], Format.Call(capture));

        Assert.Equal("""[{"role":"user","content":"Hello"}]""", capture.Input);
        Assert.Equal("""{"role":"assistant","content":"Hello"}""", capture.Output);
    }

    [Theory]
    [InlineData("123456789", 0xCBF43926)]
    [InlineData("", 0)]
    public void The_checksum_is_the_usual_one(string text, uint checksum) => Assert.Equal(checksum, Crc32.Of(Encoding.ASCII.GetBytes(text)));

    private static StreamCase Case(int number, string name, StreamExpectation expected, params byte[][] frames) =>
        new(number, name, frames.SelectMany(static frame => frame).ToArray(), expected) { ContentType = "application/vnd.amazon.eventstream" };

    private static byte[] Flipped(byte[] frame, int at)
    {
        frame[at] ^= 1;
        return frame;
    }

    private static byte[] Prelude(uint total, uint headers)
    {
        byte[] prelude = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(prelude, total);
        BinaryPrimitives.WriteUInt32BigEndian(prelude.AsSpan(4), headers);
        BinaryPrimitives.WriteUInt32BigEndian(prelude.AsSpan(8), Crc32.Of(prelude.AsSpan(0, 8)));
        return prelude;
    }

    private static byte[] EveryType()
    {
        byte[] lengths = [0, 0, 1, 2, 4, 8, 2, 2, 8, 16];
        var bytes = new List<byte>();
        for (byte type = 0; type < lengths.Length; type++)
        {
            bytes.AddRange([1, (byte)'h', type]);
            bytes.AddRange(new byte[lengths[type]]);
        }

        return [.. bytes];
    }
}
