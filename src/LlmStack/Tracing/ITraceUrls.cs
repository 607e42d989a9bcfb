namespace LlmStack.Tracing;

/// <summary>A sink whose traces can be looked at by address.</summary>
internal interface ITraceUrls
{
    /// <summary>The address of a trace, as far as it is known; null before.</summary>
    Uri? GetUrl(TraceId traceId, string? project);

    /// <summary>The address of a trace; null when the server cannot be asked for it.</summary>
    ValueTask<Uri?> GetUrlAsync(TraceId traceId, string? project, CancellationToken cancellationToken);
}
