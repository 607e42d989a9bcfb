using System.IO.Compression;
using System.Text;
using CsCheck;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>What must hold in every format for every answer, and for every way of cutting, packing and decorating its stream; numbered as in the list of cases.</summary>
/// <remarks>A failure names the seed with which it comes again: <c>CsCheck_Seed=… dotnet test</c>.</remarks>
public sealed class StreamFuzzTests
{
    private const int Rounds = 60;

    public static TheoryData<string> Formats => new(FuzzFormats.All.Select(static format => format.Name));

    [Theory]
    [MemberData(nameof(Formats))]
    public void P1_a_split_at_any_position_changes_nothing(string name)
    {
        FuzzFormat format = Of(name);
        byte[] whole = format.Bytes(format.Stream(FuzzAnswer.Rich, false));
        string expected = Run(format, whole).Told;
        Assert.Contains("Grüße 🎉 a\"\\ [DONE]|hm ö\n|", expected, StringComparison.Ordinal);
        for (int at = 1; at < whole.Length; at++)
        {
            Same(expected, Run(format, whole, [at]), $"split at byte {at}");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void P2_sizes_of_reads_line_ends_and_compression_change_nothing(string name)
    {
        FuzzFormat format = Of(name);
        Gen.Select(FuzzAnswer.Any, Gen.Bool, Gen.Int[1, 40].Array[0, 60], FuzzAnswer.OneOf("\n", "\r\n", "\r"), Gen.Bool).Sample(
            (answer, escapes, sizes, end, packed) =>
            {
                byte[] plain = format.Bytes(format.Stream(answer, escapes));
                byte[] bytes = format.Framing == FuzzFraming.Frames ? plain : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(plain).Replace("\n", end, StringComparison.Ordinal));
                Same(Run(format, plain).Told, Run(format, packed ? Gzip(bytes) : bytes, sizes, packed ? "gzip" : null), "cut, packed or with other line ends");
            },
            iter: Rounds,
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void P3_and_P9_what_says_nothing_and_what_is_unknown_change_nothing(string name)
    {
        FuzzFormat format = Of(name);
        Gen.Select(FuzzAnswer.Any, Gen.Bool, Gen.Int[0, 30].Array[1, 20], Gen.Int[0, 10].Array[1, 20], Gen.Int[0, FuzzEvent.FieldCount + 2].Array[1, 20]).Sample(
            (answer, escapes, noises, unknowns, fields) =>
            {
                FuzzEvent[] events = format.Stream(answer, escapes);
                var decorated = new List<byte>(format.Framing != FuzzFraming.Frames && escapes ? [0xEF, 0xBB, 0xBF] : []);
                for (int i = 0; i < events.Length; i++)
                {
                    decorated.AddRange(format.Noise.ElementAtOrDefault(noises[i % noises.Length]) ?? []);
                    decorated.AddRange(format.Unknown.ElementAtOrDefault(unknowns[i % unknowns.Length]) is { } unknown ? format.Frame(unknown) : []);
                    decorated.AddRange(format.Frame(events[i].Grown([.. fields.Select(field => field + (i % 2))])));
                }

                Same(Run(format, format.Bytes(events)).Told, Run(format, [.. decorated]), Encoding.UTF8.GetString([.. decorated]));
            },
            iter: Rounds * 3,
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void P4_a_cut_gives_a_prefix_and_completes_only_behind_the_end(string name)
    {
        FuzzFormat format = Of(name);
        Cut(format, FuzzAnswer.Rich, escapes: false, Enumerable.Range(1, format.Bytes(format.Stream(FuzzAnswer.Rich, false)).Length));
        Gen.Select(FuzzAnswer.Any, Gen.Bool, Gen.Double[0, 1].Array[8]).Sample(
            (answer, escapes, places) =>
            {
                int length = format.Bytes(format.Stream(answer, escapes)).Length;
                Cut(format, answer, escapes, places.Select(place => 1 + (int)(place * (length - 1))));
            },
            iter: Rounds,
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task P5_events_without_end_need_the_memory_of_the_largest(string name)
    {
        FuzzFormat format = Of(name);
        FuzzEvent[] events = format.Stream(FuzzAnswer.Rich, false);
        string expected = Run(format, format.Bytes(events)).Told;
        FuzzEvent[] padded = [.. format.Unknown.Where(static one => one.Data.StartsWith('{')).Select(static one => one with { Data = $"{{\"zz_pad\":\"{new string('k', 2000)}\"{(one.Data == "{}" ? "" : ",")}{one.Data[1..]}" })];
        byte[] often = [.. format.Noise.SelectMany(static noise => noise), .. format.Bytes(padded)];
        var body = new RepeatedStream(format.Frame(events[0]), often, 8_000_000 / often.Length, format.Bytes(events.Skip(1)));
        var call = format.Wire.Call();
        var updates = new List<ChatResponseUpdate>();
        long before = GC.GetAllocatedBytesForCurrentThread();
        await foreach (ChatResponseUpdate update in format.Wire.Provider(new HttpMessageInvoker(new StreamHandler(body))).ChatStreamingAsync(call, Wire.Hello, null, CancellationToken.None))
        {
            updates.Add(update);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(expected, new StreamOutcome(updates, null, call.Report).Told);
        Assert.InRange(body.Given, 7_900_000, long.MaxValue);
        Assert.True(allocated < body.Given / 10, $"{allocated} bytes for {body.Given}");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void P6_and_P7_the_pieces_joined_are_what_an_answer_without_a_stream_says(string name)
    {
        FuzzFormat format = Of(name);
        Gen.Select(FuzzAnswer.Any, Gen.Bool).Sample(
            (answer, escapes) =>
            {
                StreamOutcome streamed = Run(format, format.Bytes(format.Stream(answer, escapes)));
                ProviderCallOutcome whole = Whole(format, format.Whole(answer, escapes));
                Assert.Null(streamed.Failure);
                Assert.Equal((answer.Text, answer.Thought), (streamed.Text, streamed.Reasoning));
                Assert.Equal((answer.Text, answer.Thought), (whole.Text, whole.Reasoning));
                Assert.Equal(answer.Calls.Select(static call => call.Told), streamed.Calls.Select(StreamOutcome.ToldOf));
                Assert.Equal(answer.Calls.Select(static call => call.Told), whole.Calls);
                Assert.Equal((whole.Finish, whole.Tokens), (streamed.Finish, streamed.Usage?.TotalTokenCount));
                Assert.Equal((answer.Calls.Length > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop, 15), (streamed.Finish!.Value, streamed.Usage!.TotalTokenCount!.Value));
            },
            iter: Rounds,
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_half_character_that_stays_alone_is_replaced(string name)
    {
        FuzzFormat format = Of(name);
        var answer = new FuzzAnswer(["b\udf89 ", "c\ud83c"], ["a\ud83c", "x", "\ud83c"], [], Interleaves: false);
        StreamOutcome streamed = Run(format, format.Bytes(format.Stream(answer, false)));
        ProviderCallOutcome whole = Whole(format, format.Whole(answer, false));

        Assert.Null(streamed.Failure);
        Assert.Equal(("a\ufffdx\ufffd", "b\ufffd c\ufffd"), (streamed.Text, streamed.Reasoning));
        Assert.Equal(("a\ufffdx\ufffd", "b\ufffd c\ufffd"), (whole.Text, whole.Reasoning));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Megabytes_of_text_and_arguments_come_through_in_single_events(string name)
    {
        FuzzFormat format = Of(name);
        string text = string.Concat(Enumerable.Repeat("Grüße 🎉\n", 500_000));
        var answer = new FuzzAnswer([], [text], [new FuzzCall($$"""{"q":"{{new string('q', 3_000_000)}}"}""")], Interleaves: false);
        StreamOutcome streamed = Run(format, format.Bytes(format.Stream(answer, false)), [.. Enumerable.Repeat(10_000, 2_000)]);

        Assert.Null(streamed.Failure);
        Assert.True(text == streamed.Text, $"{streamed.Text.Length} characters instead of {text.Length}");
        Assert.Equal(3_000_000, streamed.Calls.Single().Arguments!["q"]!.ToString()!.Length);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void P8_nothing_comes_behind_the_end(string name)
    {
        FuzzFormat format = Of(name);
        Gen.Select(FuzzAnswer.Any, FuzzAnswer.Any, Gen.Byte.Array[0, 40], Gen.Bool).Sample(
            (answer, other, garbage, again) =>
            {
                byte[] bytes = format.Bytes(format.Stream(answer, false));
                StreamOutcome outcome = Run(format, bytes);
                Assert.Equal(outcome.Updates.Count - 1, outcome.Updates.FindIndex(static update => update.FinishReason is not null));
                if (format.IsTerminated)
                {
                    byte[] more = again ? format.Bytes(format.Stream(other, false)) : garbage;
                    Same(outcome.Told, Run(format, [.. bytes, .. more]), "with more behind the end");
                    Same(outcome.Told, Run(format, [.. bytes, .. more], broken: true), "with more behind the end, and then broken");
                }
            },
            iter: Rounds,
            threads: 1);
    }

    private static FuzzFormat Of(string name) => FuzzFormats.All.Single(format => format.Name == name);

    private static void Cut(FuzzFormat format, FuzzAnswer answer, bool escapes, IEnumerable<int> places)
    {
        byte[][] frames = [.. format.Stream(answer, escapes).Select(format.Frame)];
        byte[] whole = [.. frames.SelectMany(static frame => frame)];
        int lineEnds = format.Framing switch { FuzzFraming.ServerSentEvents => 2, FuzzFraming.Lines => 1, _ => 0 };
        int end = whole.Length - frames[^(format.Ends + 1)..].Skip(1).Sum(static frame => frame.Length) - lineEnds;
        int terminal = format.IsTerminated ? whole.Length - lineEnds : int.MaxValue;
        StreamOutcome full = Run(format, whole);
        foreach (int at in places)
        {
            foreach (bool broken in new[] { false, true })
            {
                StreamOutcome cut = Run(format, whole[..at], broken: broken);
                string how = $"{(broken ? "broken" : "cut")} at byte {at} of {whole.Length}: {cut.Told}\n{cut.Failure}";
                Assert.True(full.Text.StartsWith(cut.Text, StringComparison.Ordinal), how);
                Assert.True(full.Reasoning.StartsWith(cut.Reasoning, StringComparison.Ordinal), how);
                Assert.True(full.Calls.Select(StreamOutcome.ToldOf).Take(cut.Calls.Count).SequenceEqual(cut.Calls.Select(StreamOutcome.ToldOf)), how);
                if (cut.Failure is null)
                {
                    Assert.True(at >= (broken ? terminal : end), "completed although it was " + how);
                    Assert.True((full.Text, full.Reasoning, full.Calls.Count, full.Finish) == (cut.Text, cut.Reasoning, cut.Calls.Count, cut.Finish), how);
                }
                else
                {
                    Assert.True(cut.Failure.Kind == LlmErrorKind.Network, how);
                    Assert.True(at <= (broken ? Math.Max(terminal, whole.Length) : end + lineEnds), "failed although it was " + how);
                }
            }
        }
    }

    private static void Same(string expected, StreamOutcome outcome, string how) =>
        Assert.True(expected == outcome.Told, $"{how}: {outcome.Told}\ninstead of: {expected}\n{outcome.Failure}");

    /// <summary>The samples' checks are synchronous, and so is reading from memory.</summary>
    private static StreamOutcome Run(FuzzFormat format, byte[] body, IReadOnlyList<int>? sizes = null, string? encoding = null, bool broken = false) =>
        Wire.StreamAsync(format.Wire.Provider(new HttpMessageInvoker(new BytesHandler(body, sizes, encoding, broken))), format.Wire.Call()).GetAwaiter().GetResult();

    private static ProviderCallOutcome Whole(FuzzFormat format, string body)
    {
        ChatResponse response = format.Wire.ChatAsync(body).GetAwaiter().GetResult();
        List<AIContent> contents = [.. response.Messages.SelectMany(static message => message.Contents)];
        return new(
            string.Concat(contents.OfType<TextContent>().Select(static text => text.Text)),
            string.Concat(contents.OfType<TextReasoningContent>().Select(static thought => thought.Text)),
            [.. contents.OfType<FunctionCallContent>().Select(StreamOutcome.ToldOf)],
            response.FinishReason,
            response.Usage?.TotalTokenCount);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }

    private sealed record ProviderCallOutcome(string Text, string Reasoning, string[] Calls, ChatFinishReason? Finish, long? Tokens);

    private sealed class StreamHandler(Stream body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.OK) { Content = new StreamContent(body) });
    }

    /// <summary>A beginning, the same bytes many times, an end; never held at once.</summary>
    private sealed class RepeatedStream(byte[] begin, byte[] often, int times, byte[] end) : MemoryStream
    {
        private readonly Queue<byte[]> _next = new([begin]);
        private int _left = times;
        private int _at;
        private bool _ended;

        public long Given { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (_next.Count == 0)
            {
                if (_ended)
                {
                    return 0;
                }

                _ended = _left == 0;
                _next.Enqueue(_left-- > 0 ? often : end);
            }

            byte[] current = _next.Peek();
            int count = Math.Min(buffer.Length, current.Length - _at);
            current.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            Given += count;
            if (_at == current.Length)
            {
                _next.Dequeue();
                _at = 0;
            }

            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}
