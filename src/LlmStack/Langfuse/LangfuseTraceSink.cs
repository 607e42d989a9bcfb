using System.Diagnostics.Metrics;
using LlmStack.Tracing;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>Encodes spans at once into the batch that will be sent, and ships batches to a Langfuse-compatible endpoint.</summary>
internal sealed class LangfuseTraceSink(LangfuseOptions options, TracingOptions tracing, IHttpClientFactory http, TimeProvider time, ILogger<LangfuseTraceSink> logger, IMeterFactory? meters = null) : ITraceSink, IDisposable, IAsyncDisposable
{
    /// <summary>The named client; its whole resilience is Microsoft.Extensions.Http.Resilience's standard handler.</summary>
    public const string HttpClientName = "LlmStack.Langfuse";

    public void Emit(in SpanData span) => throw new NotSupportedException("seam");

    public void Emit(in ScoreData score) => throw new NotSupportedException("seam");

    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => throw new NotSupportedException(string.Concat(options, http, time, logger, meters) + tracing.Release);

    public void Dispose() => throw new NotSupportedException("seam");

    public ValueTask DisposeAsync() => throw new NotSupportedException("seam");
}
