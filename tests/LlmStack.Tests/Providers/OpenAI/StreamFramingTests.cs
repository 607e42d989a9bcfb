using System.IO.Compression;
using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Sections A and B of the streaming cases: framing and encoding, over real sockets.</summary>
public sealed class StreamFramingTests
{
    private static readonly string A = Chunk("Hel");
    private static readonly string B = Chunk("lo");

    private static async Task ExpectHelloAsync(params string[] pieces)
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Stream(pieces));
        Assert.Null(outcome.Failure);
        Assert.Equal("Hello", outcome.Text);
    }

    [Fact]
    public Task Case_01_crlf_ends_lines_like_lf() => ExpectHelloAsync($"data: {A}\r\n\r\ndata: {B}\r\n\r\ndata: [DONE]\r\n\r\n");

    [Fact]
    public Task Case_02_cr_and_lf_in_different_chunks_are_one_line_end() => ExpectHelloAsync($"data: {A}\r", "\n\r", "\n", $"data: {B}\r", "\n\r\ndata: [DONE]\r\n\r\n");

    [Fact]
    public Task Case_03_a_lone_cr_is_a_line_end() => ExpectHelloAsync($"data: {A}\r\rdata: {B}\r\rdata: [DONE]\r\r");

    [Fact]
    public Task Case_04_mixed_line_ends_are_accepted() => ExpectHelloAsync($"data: {A}\n\r\ndata: {B}\r\n\ndata: [DONE]\n\n");

    [Fact]
    public Task Case_05_a_byte_order_mark_is_skipped() => ExpectHelloAsync($"\uFEFFdata: {A}\n\ndata: {B}\n\ndata: [DONE]\n\n");

    [Fact]
    public Task Case_06_comments_are_ignored() => ExpectHelloAsync($": OPENROUTER PROCESSING\n\ndata: {A}\n\n: keep-alive\n\n:\n\ndata: {B}\n\ndata: [DONE]\n\n");

    [Fact]
    public Task Case_07_none_or_two_spaces_behind_the_colon() => ExpectHelloAsync($"data:{A}\n\ndata:  {B}\n\ndata:[DONE]\n\n");

    [Fact]
    public Task Case_08_data_lines_are_joined() => ExpectHelloAsync(Joined(A), Joined(B), "data: [DONE]\n\n");

    [Fact]
    public Task Case_09_two_documents_without_a_blank_line_are_both_read() => ExpectHelloAsync($"data: {A}\ndata: {B}\n\ndata: [DONE]\n\n");

    [Fact]
    public Task Case_10_the_order_of_fields_is_free() => ExpectHelloAsync($"event: message\ndata: {A}\n\ndata: {B}\nevent: message\n\ndata: [DONE]\n\n");

    [Fact]
    public Task Case_11_and_12_and_13_events_without_data_and_unknown_fields_are_ignored() =>
        ExpectHelloAsync($"event: ping\n\nid: 7\nretry: 3000\ndata: {A}\n\ndata\n\nfoo: bar\n\ndata: {B}\n\ndata: [DONE]\n\n");

    [Fact]
    public Task Case_14_a_last_event_without_its_blank_line_is_read() => ExpectHelloAsync($"data: {A}\n\ndata: {B}\n\ndata: {Stop}\n");

    [Fact]
    public async Task Case_15_a_last_event_without_a_newline_is_read_when_complete_and_truncated_when_not()
    {
        await ExpectHelloAsync($"data: {A}\n\ndata: {B}\n\ndata: {Stop}");
        StreamOutcome cut = await StreamAsync(RawReply.Stream($"data: {A}\n\ndata: {B[..30]}"));
        Assert.Equal(LlmErrorKind.Network, cut.Failure?.Kind);
        Assert.Equal("Hel", cut.Text);
    }

    [Theory]
    [InlineData("data: [DONE]")]
    [InlineData("data:  [DONE] \n\n")]
    [InlineData("data:[DONE]\n\n")]
    [InlineData("data: \"[DONE]\"\n\n")]
    public async Task Case_16_every_form_of_done_ends_the_stream(string done)
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Stream($"data: {A}\n\n{done}"));
        Assert.Null(outcome.Failure);
        Assert.Equal("Hel", outcome.Text);
    }

    [Fact]
    public async Task Case_17_nothing_behind_done_is_read_or_waited_for()
    {
        await using var server = new RawHttpServer(RawReply.Stream($"data: {A}\n\ndata: [DONE]\n\ndata: {B}\n\ngarbage") with { End = RawEnd.Hold });
        StreamOutcome outcome = await StreamAsync(Provider(server), Call());
        Assert.Equal("Hel", outcome.Text);
        Assert.Null(outcome.Failure);
    }

    [Fact]
    public Task Case_18_a_finish_reason_without_done_completes() => ExpectHelloAsync(Events(A, B, Stop));

    [Fact]
    public async Task Case_19_neither_done_nor_finish_reason_is_a_truncated_stream()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Stream(Events(A, B)));
        Assert.Equal(LlmErrorKind.Network, outcome.Failure?.Kind);
        Assert.Equal("Hello", outcome.Text);
    }

    [Fact]
    public async Task Case_20_a_huge_event_works_and_one_over_the_limit_fails()
    {
        string large = new('x', 8 * 1024 * 1024);
        StreamOutcome outcome = await StreamBytesAsync(Encoding.UTF8.GetBytes(Events(Chunk(large), "[DONE]")));
        Assert.Equal(large.Length, outcome.Text.Length);

        string tooLarge = new('x', 17 * 1024 * 1024);
        StreamOutcome failed = await StreamBytesAsync(Encoding.UTF8.GetBytes(Events(Chunk(tooLarge), "[DONE]")));
        Assert.Equal(LlmErrorKind.InvalidResponse, failed.Failure?.Kind);
    }

    [Fact]
    public Task Case_21_one_byte_per_write() => ExpectHelloAsync([.. Events(A, B, Stop, "[DONE]").Select(c => c.ToString())]);

    [Fact]
    public async Task Case_22_ten_thousand_events_at_once_keep_their_order()
    {
        string[] events = [.. Enumerable.Range(0, 10_000).Select(i => Chunk(i + ","))];
        StreamOutcome outcome = await StreamAsync(RawReply.Stream(Events([.. events, "[DONE]"])));
        Assert.Equal(string.Concat(Enumerable.Range(0, 10_000).Select(i => i + ",")), outcome.Text);
    }

    [Theory]
    [InlineData("Content-Type: text/plain")]
    [InlineData("Content-Type: application/json")]
    [InlineData("Content-Type: text/event-stream; charset=iso-8859-1")]
    public async Task Case_23_and_32_the_content_type_is_not_believed(string header)
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Body(200, Events(Chunk("häl"), B, "[DONE]"), header));
        Assert.Equal("hällo", outcome.Text);
    }

    [Fact]
    public async Task Case_24_a_server_that_does_not_stream_gives_one_update_and_completes()
    {
        const string Body = """{"id":"c9","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""";
        StreamOutcome outcome = await StreamAsync(RawReply.Body(200, Body));
        Assert.Equal("Hi", outcome.Text);
        Assert.Equal(ChatFinishReason.Stop, outcome.Finish);
        Assert.Equal(3, outcome.Usage?.TotalTokenCount);
    }

    [Fact]
    public async Task Case_26_a_character_split_between_writes_stays_whole()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Events(Chunk("🎉"), "[DONE]"));
        int at = Array.IndexOf(bytes, (byte)0xF0) + 2;
        StreamOutcome outcome = await StreamAsync(RawReply.StreamBytes(bytes[..at], bytes[at..]));
        Assert.Equal("🎉", outcome.Text);
    }

    [Fact]
    public async Task Case_27_a_surrogate_pair_split_between_events_is_joined()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Stream(Events(Chunk("a\\ud83c"), Chunk("\\udf89b"), Chunk("\\ud83c"), "[DONE]")));
        Assert.Equal("a🎉b\uFFFD", outcome.Text);
        Assert.All(outcome.Updates, u => Assert.False(u.Text.Length > 0 && char.IsHighSurrogate(u.Text[^1])));
    }

    [Fact]
    public async Task Case_28_an_invalid_byte_becomes_the_replacement_character()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Events(Chunk("a?b"), "[DONE]"));
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xFF;
        StreamOutcome outcome = await StreamAsync(RawReply.StreamBytes(bytes));
        Assert.Equal("a\uFFFDb", outcome.Text);
    }

    [Fact]
    public async Task Case_29_unicode_line_separators_end_no_line()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Stream(Events(Chunk("a\u2028b\u2029c\u0085d"), "[DONE]")));
        Assert.Equal("a\u2028b\u2029c\u0085d", outcome.Text);
    }

    [Fact]
    public async Task Case_30_nul_escapes_are_text_and_nul_padding_is_ignored()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Stream("\0\0data: " + Chunk("a\\u0000b") + "\n\n\0data: [DONE]\n\n"));
        Assert.Equal("a\0b", outcome.Text);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("gzip, gzip")]
    public async Task Case_31_compressed_streams_are_read_piece_by_piece(string encoding)
    {
        byte[] first = Encoding.UTF8.GetBytes($"data: {A}\n\n");
        byte[] second = Encoding.UTF8.GetBytes($"data: {B}\n\ndata: [DONE]\n\n");
        var output = new MemoryStream();
        Stream compressor = Compressor(encoding, output);
        compressor.Write(first);
        compressor.Flush();
        byte[] one = output.ToArray();
        compressor.Write(second);
        compressor.Dispose();
        byte[] two = output.ToArray()[one.Length..];

        // The server holds back the rest: the first text must come out of what was flushed.
        var head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nConnection: close\r\n\r\n");
        await using var held = new RawHttpServer(new RawReply([head, one], RawEnd.Hold));
        await using (IAsyncEnumerator<ChatResponseUpdate> updates = Provider(held).ChatStreamingAsync(Call(), Hello, null, CancellationToken.None).GetAsyncEnumerator())
        {
            Assert.True(await updates.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal("Hel", updates.Current.Text);
        }

        StreamOutcome whole = await StreamAsync(new RawReply([head, one, two]));
        Assert.Null(whole.Failure);
        Assert.Equal("Hello", whole.Text);
    }

    [Fact]
    public async Task Case_31_an_unknown_encoding_is_named()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Body(200, "xx", "Content-Encoding: zstd"));
        Assert.Equal(LlmErrorKind.InvalidResponse, outcome.Failure?.Kind);
        Assert.Contains("'zstd'", outcome.Failure?.Message, StringComparison.Ordinal);
    }

    private static string Joined(string json)
    {
        int comma = json.IndexOf(',', StringComparison.Ordinal) + 1;
        return $"data: {json[..comma]}\ndata: {json[comma..]}\n\n";
    }

    private static Stream Compressor(string encoding, Stream output) => encoding switch
    {
        "gzip" => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true),
        "br" => new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true),
        _ => new GZipStream(new FlushingStream(new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)), CompressionLevel.Fastest),
    };

    /// <summary>Flushes the inner compressor when the outer one is flushed.</summary>
    private sealed class FlushingStream(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
