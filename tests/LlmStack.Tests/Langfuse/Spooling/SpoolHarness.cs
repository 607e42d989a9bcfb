using LlmStack.Langfuse;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>A sink with a spool in a directory of its own, on a clock that stands still.</summary>
internal sealed class SpoolHarness : IAsyncDisposable
{
    public const int SegmentBytes = 64 * 1024;
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SocketsHttpHandler _handler = new() { ActivityHeadersPropagator = null, AllowAutoRedirect = false, UseProxy = false };
    private bool _disposed;

    public SpoolHarness(string baseUrl, string directory, Action<LangfuseOptions>? configure = null, FakeTimeProvider? time = null, TracingOptions? tracing = null)
    {
        var options = new LangfuseOptions { BaseUrl = baseUrl, PublicKey = "pk-lf-1", SecretKey = "sk-lf-secret", ShutdownTimeout = TimeSpan.FromMilliseconds(1) };
        options.Spool.Directory = directory;
        options.Spool.SegmentBytes = SegmentBytes;
        configure?.Invoke(options);
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        Sink = new LangfuseTraceSink(options, tracing ?? new TracingOptions(), new ClientFactory(_handler), Time, new FakeLogger<LangfuseTraceSink>(Logs));
    }

    public LangfuseTraceSink Sink { get; }

    public FakeTimeProvider Time { get; }

    public FakeLogCollector Logs { get; } = new();

    public SinkCounters Counters => Sink.SpanCounters;

    /// <summary>An address at which nobody listens.</summary>
    public static string Nowhere { get; } = "http://127.0.0.1:1";

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    public SpanRecord Emit(string name = "step", int contentBytes = 0)
    {
        SpanRecord record = SinkHarness.Record(name);
        if (contentBytes > 0)
        {
            record.SetInput(System.Text.Encoding.UTF8.GetBytes($"\"{new string('7', contentBytes)}\""));
        }

        Sink.Emit(new SpanData(record));
        return record;
    }

    /// <summary>Emits into a segment for sure: small segments are filled faster than a busy machine makes them.</summary>
    public async Task<SpanRecord> EmitAsync(string name = "step", int contentBytes = 0)
    {
        await UntilAsync(() => !Sink.Spool!.NeedsSpare);
        return Emit(name, contentBytes);
    }

    public Task<FlushResult> FlushAsync(double seconds = 10) => Sink.FlushAsync(TimeSpan.FromSeconds(seconds)).AsTask().WaitAsync(Patience);

    /// <summary>Waits until what lay in the directory was found.</summary>
    public Task ScannedAsync() => UntilAsync(() => Sink.Spool!.HasScanned);

    public int Logged(int id) => Logs.GetSnapshot().Count(record => record.Id.Id == id);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Task disposal = Sink.DisposeAsync().AsTask();
        while (!disposal.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        await disposal;
        _handler.Dispose();
    }

    private sealed class ClientFactory(SocketsHttpHandler handler) : IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(handler, disposeHandler: false);
    }
}
