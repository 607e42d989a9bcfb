using System.Diagnostics;

namespace LlmStack.Tracing;

/// <summary>Starts and stops the activity of a span without disturbing which activity is the caller's current one.</summary>
internal static class ActivityBridge
{
    /// <summary>Starts an activity below the given parent; the current activity is left as it was.</summary>
    /// <returns>Null when the listeners do not want it.</returns>
    public static Activity? Start(string name, ObservationType type, in SpanParent below, long startUnixNanos)
    {
        Activity? previous = Activity.Current;
        ActivityContext parent = default;
        TraceId traceId = below.TraceId;
        SpanId parentId = below.SpanId;
        if (below.Twin is { } twin)
        {
            parent = twin.Context;
        }
        else if (!traceId.IsEmpty && !(previous is { IdFormat: ActivityIdFormat.W3C } && TraceId.From(previous.TraceId) == traceId && SpanId.From(previous.SpanId) == parentId))
        {
            parent = new ActivityContext(traceId.ToActivityTraceId(), parentId.ToActivitySpanId(), ActivityTraceFlags.Recorded);
        }
        else if (traceId.IsEmpty)
        {
            Activity.Current = null;
        }

        Activity? activity = LlmActivitySource.Source.StartActivity(name, KindOf(type), parent, tags: null, links: null, Time(startUnixNanos));
        Activity.Current = previous;
        if (activity is { IdFormat: not ActivityIdFormat.W3C })
        {
            activity.Dispose();
            Activity.Current = previous;
            return null;
        }

        return activity;
    }

    /// <summary>Stops an activity; the current one stays as it is, unless it is the stopped one.</summary>
    public static void Stop(Activity activity, long endUnixNanos)
    {
        Activity? current = Activity.Current;
        activity.SetEndTime(Time(endUnixNanos).UtcDateTime);
        activity.Stop();
        if (!ReferenceEquals(current, activity))
        {
            Activity.Current = current;
        }
    }

    private static DateTimeOffset Time(long unixNanos) => DateTimeOffset.UnixEpoch.AddTicks(unixNanos / 100);

    private static ActivityKind KindOf(ObservationType type) => type is ObservationType.Generation or ObservationType.Embedding or ObservationType.Retriever
        ? ActivityKind.Client
        : ActivityKind.Internal;
}
