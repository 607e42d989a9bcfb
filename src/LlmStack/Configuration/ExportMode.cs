namespace LlmStack;

/// <summary>When finished traces leave.</summary>
public enum ExportMode
{
    /// <summary>In the background, in batches. Nobody waits.</summary>
    Batched,

    /// <summary>
    /// At once when the top span of a trace ends; <c>await using</c> on a trace, and <c>TraceAsync</c>, wait for it, at most
    /// <see cref="TracingOptions.ExportTimeout"/>. For functions that the platform freezes between calls.
    /// </summary>
    OnTraceEnd,
}
