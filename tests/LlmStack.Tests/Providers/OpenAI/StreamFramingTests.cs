using System.IO.Compression;
using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Sections A and B of the streaming cases: framing and encoding, where more than the bytes matters.</summary>
public sealed class StreamFramingTests
{
    private static readonly string A = Chunk("Hel");
    private static readonly string B = Chunk("lo");

    [Fact]
    public async Task Case_17_nothing_behind_done_is_read_or_waited_for()
    {
        await using var server = new RawHttpServer(RawReply.Stream($"data: {A}\n\ndata: [DONE]\n\ndata: {B}\n\ngarbage") with { End = RawEnd.Hold });
        StreamOutcome outcome = await StreamAsync(Provider(server), Call());
        Assert.Equal("Hel", outcome.Text);
        Assert.Null(outcome.Failure);
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
    public async Task Case_22_ten_thousand_events_at_once_keep_their_order()
    {
        string[] events = [.. Enumerable.Range(0, 10_000).Select(i => Chunk(i + ","))];
        StreamOutcome outcome = await StreamAsync(RawReply.Stream(Events([.. events, "[DONE]"])));
        Assert.Equal(string.Concat(Enumerable.Range(0, 10_000).Select(i => i + ",")), outcome.Text);
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
