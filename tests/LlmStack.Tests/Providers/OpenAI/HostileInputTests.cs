using System.Net;
using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Input that is too large, too deep or nonsense: a classified error or an answer, within bounds, never a hang.</summary>
public sealed class HostileInputTests
{
    private static Task<StreamOutcome> RunAsync(params string[] data) => StreamBytesAsync(Encoding.UTF8.GetBytes(Events([.. data, "[DONE]"])));

    private static async Task<LlmException> RefusedAsync(string body)
    {
        var provider = Provider(new HttpMessageInvoker(new BytesHandler(Encoding.UTF8.GetBytes(body))));
        return await Assert.ThrowsAsync<LlmException>(async () => await provider.ChatAsync(Call(), Hello, null, CancellationToken.None));
    }

    [Fact]
    public async Task A_prompt_of_40_megabytes_is_sent_whole()
    {
        var handler = new CountingHandler();
        await Provider(new HttpMessageInvoker(handler)).ChatAsync(Call(), [new ChatMessage(ChatRole.User, new string('x', 40 * 1024 * 1024))], null, CancellationToken.None);
        Assert.InRange(handler.Sent, 40 * 1024 * 1024, (40 * 1024 * 1024) + 200);
    }

    [Fact]
    public async Task Megabytes_of_arguments_are_read_up_to_the_limit()
    {
        string Fragment(int characters) => Delta("""{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":""" + "\"" + new string('1', characters) + "\"}}]}");
        StreamOutcome most = await RunAsync(Delta("""{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":"{\"n\":"}}]}"""), Fragment(3 * 1024 * 1024), Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}"""), Stop);
        Assert.Equal(3 * 1024 * 1024, most.Calls.Single().Arguments!["n"]!.ToString()!.Length);
        StreamOutcome more = await RunAsync(Fragment(3 * 1024 * 1024), Fragment(3 * 1024 * 1024), Stop);
        Assert.Equal(LlmErrorKind.InvalidResponse, more.Failure?.Kind);
    }

    [Fact]
    public async Task Too_many_tool_calls_or_choices_are_an_invalid_response()
    {
        string[] calls = [.. Enumerable.Range(0, 513).Select(static i => Delta($$$"""{"tool_calls":[{"index":{{{i}}},"id":"t{{{i}}}","function":{"name":"f"}}]}"""))];
        Assert.Equal(LlmErrorKind.InvalidResponse, (await RunAsync(calls)).Failure?.Kind);
        string[] choices = [.. Enumerable.Range(0, 200).Select(static i => $$$"""{"choices":[{"index":{{{i}}},"delta":{"content":"a"}}]}""")];
        Assert.Equal(LlmErrorKind.InvalidResponse, (await RunAsync(choices)).Failure?.Kind);
    }

    [Fact]
    public async Task Nesting_without_end_is_an_invalid_response()
    {
        string deep = new('[', 100_000);
        Assert.Equal(LlmErrorKind.InvalidResponse, (await RunAsync($$"""{"choices":[{"delta":{"content":{{deep}}""")).Failure?.Kind);
        Assert.Equal(LlmErrorKind.InvalidResponse, (await RefusedAsync("{\"choices\":" + deep)).Kind);
        StreamOutcome arguments = await RunAsync(Delta("""{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":""" + "\"{\\\"a\\\":" + deep + "\"}}]}"), Stop);
        Assert.NotNull(arguments.Calls.Single().Exception);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \n")]
    [InlineData("{")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"a")]
    [InlineData("<!DOCTYPE html><html><head><title>Log in</title></head></html>")]
    [InlineData("null")]
    [InlineData("42")]
    [InlineData("\"text\"")]
    [InlineData("plain words")]
    [InlineData("[]")]
    [InlineData("{\"choices\":{\"message\":1}}")]
    public async Task A_body_that_is_no_completion_is_an_invalid_response(string body)
    {
        LlmException e = await RefusedAsync(body);
        Assert.Contains(e.Kind, new[] { LlmErrorKind.InvalidResponse, LlmErrorKind.ServerError });
        Assert.InRange(e.Message.Length, 1, 400);
    }

    [Fact]
    public async Task A_body_longer_than_the_limit_is_an_invalid_response()
    {
        var provider = Provider(new HttpMessageInvoker(new BytesHandler(new byte[200_000])), maxBytes: 100_000);
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await provider.ChatAsync(Call(), Hello, null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidResponse, e.Kind);
        Assert.Contains("100000", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P5_comments_and_events_of_any_number_need_the_memory_of_the_largest_event()
    {
        byte[] comment = Encoding.ASCII.GetBytes(": " + new string('k', 1000) + "\n\n");
        byte[] chunk = Encoding.UTF8.GetBytes($"data: {Delta("""{"tool_calls":[]}""")}\n\n");
        var body = new RepeatedStream(comment, chunk, 30_000, Encoding.ASCII.GetBytes("data: [DONE]\n\n"));
        var provider = Provider(new HttpMessageInvoker(new StreamHandler(body)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        await foreach (ChatResponseUpdate _ in provider.ChatStreamingAsync(Call(), Hello, null, CancellationToken.None))
        {
        }

        Assert.True(body.Given > 30_000_000, $"only {body.Given} bytes were read");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
    }

    [Fact]
    public async Task A_vector_of_numbers_that_are_none_is_an_invalid_response()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"data":[{"index":0,"embedding":[1,NaN]}]}"""));
        var embeddings = (IEmbeddingProvider)Provider(server).GetService(typeof(IEmbeddingProvider))!;
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await embeddings.EmbedAsync(Call(), ["a"], null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidResponse, e.Kind);
    }

    private sealed class CountingHandler : HttpMessageHandler
    {
        public long Sent { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var counter = new CountingStream();
            await request.Content!.CopyToAsync(counter, cancellationToken);
            Sent = counter.Length;
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"choices":[{"message":{"content":"a"}}]}""") };
        }
    }

    private sealed class StreamHandler(Stream body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) });
    }

    private sealed class CountingStream : MemoryStream
    {
        private long _length;

        public override long Length => _length;

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _length += buffer.Length;
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            _length += count;
            return Task.CompletedTask;
        }
    }

    /// <summary>Two pieces in turn, many times, and an end, without ever being in memory as a whole.</summary>
    private sealed class RepeatedStream(byte[] first, byte[] second, int rounds, byte[] end) : MemoryStream
    {
        private int _round;
        private int _at;

        public long Given { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            byte[] current = _round >= rounds * 2 ? end : _round % 2 == 0 ? first : second;
            if (_round > rounds * 2)
            {
                return 0;
            }

            int count = Math.Min(buffer.Length, current.Length - _at);
            current.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            Given += count;
            if (_at == current.Length)
            {
                _at = 0;
                _round++;
            }

            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
