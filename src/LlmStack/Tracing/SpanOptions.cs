namespace LlmStack.Tracing;

/// <summary>Particulars of a new trace or span that most do not need.</summary>
public sealed record SpanOptions
{
    /// <summary>When it began, for work that is recorded afterwards. Null: now.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>What it goes below, whatever is ambient. Null, or without a trace: the ambient scope, else the current activity.</summary>
    public TraceParent? Parent { get; init; }

    /// <summary>
    /// The W3C <c>baggage</c> that came with <see cref="Parent"/>: the fields that <see cref="TracingOptions.Baggage"/> allows become
    /// labels where none are given. Only <c>StartTrace</c> reads it.
    /// </summary>
    public string? Baggage { get; init; }
}
