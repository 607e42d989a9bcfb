using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LlmStack.Tracing;

/// <summary>A place in a trace that new spans can go below: of this process, of another one, or a trace yet to begin.</summary>
/// <param name="TraceId">The trace; not empty.</param>
/// <param name="SpanId">The span in it; empty to begin the trace, for instance under an id from <see cref="TraceId.FromSeed"/>.</param>
public readonly record struct TraceParent(TraceId TraceId, SpanId SpanId = default)
{
    private const int Length = 55;

    /// <summary>
    /// Whether the parent reaches the same Langfuse project, so that the new span is not marked as the application's root there. Default
    /// false; true for what <c>ToTraceParent()</c> of a scope gives.
    /// </summary>
    public bool IsReported { get; init; }

    /// <summary>Reads a W3C <c>traceparent</c>.</summary>
    /// <param name="traceparent">The header's value.</param>
    /// <param name="parent">The place it names.</param>
    /// <returns>False when the text is no valid <c>traceparent</c>.</returns>
    public static bool TryParse([NotNullWhen(true)] string? traceparent, out TraceParent parent)
    {
        parent = default;

        // A later version may append fields behind the flags.
        if (traceparent is not { Length: >= Length } || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-'
            || (traceparent.Length > Length && (traceparent[Length] != '-' || traceparent.StartsWith("00", StringComparison.Ordinal)))
            || !byte.TryParse(traceparent.AsSpan(0, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte version) || version == byte.MaxValue
            || !byte.TryParse(traceparent.AsSpan(53, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)
            || !TraceId.TryParse(traceparent.Substring(3, 32), out TraceId traceId)
            || !SpanId.TryParse(traceparent.Substring(36, 16), out SpanId spanId))
        {
            return false;
        }

        parent = new TraceParent(traceId, spanId);
        return true;
    }

    /// <summary>The place as a W3C <c>traceparent</c>, marked as sampled.</summary>
    public override string ToString() => $"00-{TraceId}-{SpanId}-01";
}
