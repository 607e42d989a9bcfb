using System.Collections.Concurrent;
using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>The streaming cases that are about time, over a real socket, with a clock that only the test moves.</summary>
public sealed class StreamTimingTests : IDisposable
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly PushedPieces _pieces = new();

    public void Dispose() => _pieces.Dispose();

    private RawHttpServer Server() => new(new RawReply(_pieces));

    private ServiceProvider Build(RawHttpServer server, Action<CallPolicyOptions>? policy = null) => Stack.Build(
        llm => llm
            .AddOpenAICompatible("p", server.Address.ToString(), p => p.ApiKey = "key")
            .Configure(o =>
            {
                o.Defaults.MaxRetries = 0;
                o.Defaults.FirstTokenTimeout = TimeSpan.FromSeconds(60);
                o.Defaults.IdleTimeout = TimeSpan.FromSeconds(60);
                policy?.Invoke(o.Defaults);
            }),
        services: collection => collection.AddSingleton<TimeProvider>(_time));

    private static IAsyncEnumerator<ChatResponseUpdate> Open(ServiceProvider services, CancellationToken cancellationToken = default) =>
        services.GetRequiredService<ILlmClient>().ChatStreamingAsync("p/m", [new ChatMessage(ChatRole.User, "hi")], cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    private async Task<ChatResponseUpdate> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        Assert.True(await updates.MoveNextAsync().AsTask().WaitAsync(Patience));
        return updates.Current;
    }

    [Fact]
    public async Task Case_104_silence_behind_the_headers_is_a_timeout_and_nobodys_cancellation()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server);
        using var caller = new CancellationTokenSource();
        await using IAsyncEnumerator<ChatResponseUpdate> updates = Open(services, caller.Token);
        _pieces.Push(Head);
        Task<bool> waiting = updates.MoveNextAsync().AsTask();
        await server.RequestArrived.Task.WaitAsync(Patience);

        _time.Advance(TimeSpan.FromSeconds(61));

        LlmException error = await Assert.ThrowsAsync<LlmException>(() => waiting.WaitAsync(Patience));
        Assert.Equal(LlmErrorKind.Timeout, error.Kind);
        Assert.False(caller.IsCancellationRequested);
    }

    [Fact]
    public async Task Case_105_comments_and_pings_are_no_progress()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server);
        await using IAsyncEnumerator<ChatResponseUpdate> updates = Open(services);
        _pieces.Push(Head + Events(Chunk("a")));
        Assert.Equal("a", (await NextAsync(updates)).Text);
        Task<bool> waiting = updates.MoveNextAsync().AsTask();
        for (int i = 0; i < 2; i++)
        {
            _pieces.Push(": keep-alive\n\nevent: ping\n\n");
            _time.Advance(TimeSpan.FromSeconds(29));
            Assert.False(waiting.IsCompleted);
        }

        _pieces.Push(": keep-alive\n\n");
        _time.Advance(TimeSpan.FromSeconds(3));

        LlmException error = await Assert.ThrowsAsync<LlmException>(() => waiting.WaitAsync(Patience));
        Assert.Equal((LlmErrorKind.StreamInterrupted, "a"), (error.Kind, error.PartialText));
        Assert.Equal(LlmErrorKind.Timeout, Assert.IsType<LlmException>(error.InnerException).Kind);
    }

    [Fact]
    public async Task Case_106_a_piece_every_59_seconds_for_an_hour_is_allowed()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server, static policy => policy.RequestTimeout = TimeSpan.FromHours(2));
        await using IAsyncEnumerator<ChatResponseUpdate> updates = Open(services);
        _pieces.Push(Head);
        var text = new StringBuilder();
        for (int i = 0; i < 61; i++)
        {
            Task<bool> waiting = updates.MoveNextAsync().AsTask();
            await server.RequestArrived.Task.WaitAsync(Patience);
            _time.Advance(TimeSpan.FromSeconds(59));
            _pieces.Push(Events(Chunk("x")));
            Assert.True(await waiting.WaitAsync(Patience));
            text.Append(updates.Current.Text);
        }

        _pieces.Push(Events(Stop, "[DONE]"));
        _pieces.End();
        Assert.Equal(ChatFinishReason.Stop, (await NextAsync(updates)).FinishReason);
        Assert.Equal(new string('x', 61), text.ToString());
    }

    [Fact]
    public async Task Case_106_an_hour_is_too_long_where_the_whole_request_has_a_limit()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server, static policy => policy.RequestTimeout = TimeSpan.FromSeconds(100));
        await using IAsyncEnumerator<ChatResponseUpdate> updates = Open(services);
        _pieces.Push(Head + Events(Chunk("x")));
        await NextAsync(updates);
        _time.Advance(TimeSpan.FromSeconds(50));
        _pieces.Push(Events(Chunk("y")));
        await NextAsync(updates);
        Task<bool> waiting = updates.MoveNextAsync().AsTask();

        _time.Advance(TimeSpan.FromSeconds(51));

        LlmException error = await Assert.ThrowsAsync<LlmException>(() => waiting.WaitAsync(Patience));
        Assert.Equal((LlmErrorKind.StreamInterrupted, "xy"), (error.Kind, error.PartialText));
    }

    [Fact]
    public async Task Case_107_a_proxy_that_holds_everything_back_counts_as_time_to_the_first_token()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server, static policy => policy.FirstTokenTimeout = TimeSpan.FromMinutes(6));
        await using IAsyncEnumerator<ChatResponseUpdate> updates = Open(services);
        Task<bool> waiting = updates.MoveNextAsync().AsTask();
        await server.RequestArrived.Task.WaitAsync(Patience);
        _time.Advance(TimeSpan.FromMinutes(5));
        _pieces.Push(Head + Events(Chunk("a"), Chunk("b"), Stop, "[DONE]"));
        _pieces.End();

        Assert.True(await waiting.WaitAsync(Patience));
        string text = updates.Current.Text;
        ChatResponseUpdate last = updates.Current;
        while (await updates.MoveNextAsync().AsTask().WaitAsync(Patience))
        {
            last = updates.Current;
            text += last.Text;
        }

        Assert.Equal("ab", text);
        Assert.Equal(TimeSpan.FromMinutes(5), last.GetRoute()!.Timing.FirstToken);
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")]
    [InlineData("")]
    public async Task Case_108_early_answers_and_trailers_are_ignored(string early)
    {
        await using RawHttpServer server = Server();
        using HttpMessageInvoker http = Sockets();
        string body = Events(Chunk("ab"), Stop, "[DONE]");
        _pieces.Push($"{early}HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nTrailer: x-error\r\n\r\n{Encoding.UTF8.GetByteCount(body):x}\r\n{body}\r\n0\r\nx-error: 13\r\ngrpc-status: 13\r\n\r\n");
        _pieces.End();

        StreamOutcome outcome = await Wire.StreamAsync(Provider(http, server.Address), Wire.Call());

        Assert.Equal(("ab", ChatFinishReason.Stop), (outcome.Text, outcome.Finish));
        Assert.Null(outcome.Failure);
    }

    [Fact]
    public async Task Case_112_a_slow_reader_holds_the_sender_back_and_is_no_stall()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server);
        await using IAsyncEnumerator<ChatResponseUpdate> updates = Open(services);
        string filler = new('x', 64 * 1024);
        _pieces.Push(Head);
        const int Count = 400;
        for (int i = 0; i < Count; i++)
        {
            _pieces.Push(Events(Chunk(filler)));
        }

        _pieces.Push(Events(Stop, "[DONE]"));
        _pieces.End();
        long before = 0;
        long length = 0;
        for (int i = 0; i < Count; i++)
        {
            length += (await NextAsync(updates)).Text.Length;
            _time.Advance(TimeSpan.FromSeconds(1));
            if (i == 3)
            {
                // 25 MB were sent or wait to be: what is not asked for stays with the sender.
                before = _pieces.Taken;
            }
        }

        Assert.Equal(Count * (long)filler.Length, length);
        Assert.InRange(before, 1, Count - 1);
        Assert.Equal(ChatFinishReason.Stop, (await NextAsync(updates)).FinishReason);
    }

    /// <summary>The bytes of an answer as a test hands them out.</summary>
    private sealed class PushedPieces : IReadOnlyList<byte[]>, IDisposable
    {
        private readonly BlockingCollection<byte[]> _waiting = [];
        private int _taken;

        public int Taken => Volatile.Read(ref _taken);

        public int Count => throw new NotSupportedException();

        public byte[] this[int index] => throw new NotSupportedException();

        public void Push(string text) => _waiting.Add(Encoding.UTF8.GetBytes(text));

        public void End() => _waiting.CompleteAdding();

        public void Dispose()
        {
            _waiting.CompleteAdding();
        }

        public IEnumerator<byte[]> GetEnumerator()
        {
            foreach (byte[] piece in _waiting.GetConsumingEnumerable())
            {
                Interlocked.Increment(ref _taken);
                yield return piece;
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
