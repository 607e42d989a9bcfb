using System.Diagnostics;

namespace LlmStack.Tracing;

/// <summary>What a new span goes below: a span of ours, an activity of somebody else, or nothing (then everything is empty).</summary>
/// <param name="TraceId">Empty for a new trace.</param>
/// <param name="SpanId">The parent.</param>
/// <param name="Record">The parent's record, to be marked when a call fails; null when it is not ours or not recorded.</param>
/// <param name="RecordVersion">The version under which <paramref name="Record"/> is the parent.</param>
/// <param name="Sampled">Whether the trace is recorded; only meaningful for a parent of ours.</param>
/// <param name="IsForeign">Whether the parent is not ours, or its record is not at hand: then the trace's id decides about sampling.</param>
/// <param name="IsReported">Whether a parent that is not ours reaches Langfuse all the same.</param>
internal readonly record struct SpanParent(TraceId TraceId, SpanId SpanId, SpanRecord? Record, int RecordVersion, bool Sampled, bool IsForeign, bool IsReported = false)
{
    /// <summary>Whether no sink of ours will see the parent, so that the span is the topmost one they see.</summary>
    public bool IsHidden => IsForeign && !IsReported && !SpanId.IsEmpty;

    /// <summary>The activity below which activities of children go, when it is not the parent's own.</summary>
    public Activity? Twin => Record is { Twin: { } twin } record && record.Version == RecordVersion ? twin : null;

    public static SpanParent Of(AmbientScope? scope) => scope is { HasTrace: true }
        ? new SpanParent(scope.TraceId, scope.SpanId, scope.Span, scope.SpanVersion, scope.Sampled, IsForeign: false)
        : OfCurrentActivity();

    public static SpanParent Of(TraceParent parent) =>
        new(parent.TraceId, parent.SpanId, null, 0, Sampled: false, IsForeign: true, parent.IsReported);

    public static SpanParent OfCurrentActivity()
    {
        Activity? activity = Activity.Current;
        while (activity is { IsStopped: true } && ReferenceEquals(activity.Source, LlmActivitySource.Source))
        {
            // A flow that outlived a trace of ours still has its activity; what begins now belongs to whoever was there before it.
            activity = activity.Parent;
        }

        return activity is { IdFormat: ActivityIdFormat.W3C }
            ? new SpanParent(TraceId.From(activity.TraceId), SpanId.From(activity.SpanId), null, 0, Sampled: false, IsForeign: true, ContextBaggage.Claims(activity))
            : default;
    }
}
