using LlmStack.Langfuse;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Langfuse;

/// <summary>A sink before a real receiver, on a clock that stands still.</summary>
internal sealed class SinkHarness : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static long _ids;
    private readonly ClientFactory _http = new();

    private SinkHarness(LangfuseReceiver receiver, LangfuseOptions options, TracingOptions tracing)
    {
        Receiver = receiver;
        Sink = new LangfuseTraceSink(options, tracing, _http, Time, new FakeLogger<LangfuseTraceSink>(Logs));
    }

    public LangfuseReceiver Receiver { get; }

    public LangfuseTraceSink Sink { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public FakeLogCollector Logs { get; } = new();

    public static async Task<SinkHarness> StartAsync(Action<LangfuseOptions>? configure = null, TracingOptions? tracing = null)
    {
        LangfuseReceiver receiver = await LangfuseReceiver.StartAsync();
        var options = new LangfuseOptions { BaseUrl = receiver.BaseUrl, PublicKey = "pk-lf-1", SecretKey = "sk-lf-secret", Gzip = true };
        configure?.Invoke(options);
        return new SinkHarness(receiver, options, tracing ?? new TracingOptions());
    }

    public static SpanRecord Record(string name = "step")
    {
        ulong id = (ulong)Interlocked.Increment(ref _ids);
        var record = new SpanRecord
        {
            TraceId = new TraceId(0xABCD, id),
            SpanId = new SpanId(id),
            Name = name,
            StartUnixNanos = 1_790_000_000_000_000_000,
            EndUnixNanos = 1_790_000_000_250_000_000,
        };
        record.Configure(captures: true, 16 * 1024 * 1024, TraceValueWriter.Default);
        return record;
    }

    public SpanRecord Emit(SpanRecord? record = null)
    {
        record ??= Record();
        Sink.Emit(new SpanData(record));
        return record;
    }

    public Task<FlushResult> FlushAsync(double seconds = 10) => Sink.FlushAsync(TimeSpan.FromSeconds(seconds)).AsTask().WaitAsync(Patience);

    public async Task<DecodedSpan> RoundTripAsync(SpanRecord record)
    {
        Emit(record);
        FlushResult result = await FlushAsync();
        Assert.True(result.IsComplete, result.Error);
        return Assert.Single(Receiver.Spans);
    }

    public int Logged(int id) => Logs.GetSnapshot().Count(record => record.Id.Id == id);

    public async ValueTask DisposeAsync()
    {
        // The clock stands still, so a shutdown that still waits for something is helped over its deadline.
        Task disposal = Sink.DisposeAsync().AsTask();
        while (!disposal.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await disposal;
        await Receiver.DisposeAsync();
        _http.Dispose();
    }

    private sealed class ClientFactory : IHttpClientFactory, IDisposable
    {
        private readonly SocketsHttpHandler _handler = new() { ActivityHeadersPropagator = null, AllowAutoRedirect = false, UseProxy = false };

        public HttpClient CreateClient(string name) => new(_handler, disposeHandler: false);

        public void Dispose() => _handler.Dispose();
    }
}
