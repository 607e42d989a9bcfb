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
    /// labels of what <c>StartTrace</c> begins, where none are given. Where it says that its sender's own spans of the trace reach Langfuse, as that
    /// of <see cref="ILlmTracer.Inject"/> does, the new span is not marked as the application's root there.
    /// </summary>
    public string? Baggage { get; init; }
}
