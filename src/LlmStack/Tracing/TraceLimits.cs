namespace LlmStack.Tracing;

/// <summary>Bounds that are not worth an option.</summary>
internal static class TraceLimits
{
    /// <summary>A status message longer than this is cut.</summary>
    public const int MaxStatusMessage = 2_000;

    /// <summary>The JSON text of a metadata value longer than this is cut.</summary>
    public const int MaxMetadataBytes = 16 * 1024;

    /// <summary>Records that rest in the pool of a tracer.</summary>
    public const int PooledSpans = 512;

    /// <summary>Names of traces whose context is remembered.</summary>
    public const int RememberedTraceNames = 256;

    public static string? Status(string? message) =>
        message is { Length: > MaxStatusMessage } ? message[..(char.IsHighSurrogate(message[MaxStatusMessage - 1]) ? MaxStatusMessage - 1 : MaxStatusMessage)] : message;
}
