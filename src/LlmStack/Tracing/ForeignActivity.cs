using System.Diagnostics;

namespace LlmStack.Tracing;

/// <summary>What can be learned from the activities of others that a span of ours is made below.</summary>
internal static class ForeignActivity
{
    private const string AspNetCore = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    /// <summary>A name for the trace: that of the work this process was asked to do, with the route's pattern and never with its values. Null when there is none.</summary>
    public static string? TraceName(Activity? activity)
    {
        while (activity?.Parent is { } above)
        {
            activity = above;
        }

        if (activity is null)
        {
            return null;
        }

        if (activity.GetTagItem("http.route") is string { Length: > 0 } route)
        {
            return activity.GetTagItem("http.request.method") is string method ? $"{method} {route}" : route;
        }

        // A server's own name says nothing until somebody has given it the endpoint's.
        return activity.DisplayName is { Length: > 0 } name && name != AspNetCore ? name : null;
    }

    /// <summary>
    /// The current activity, when another instrumentation has made it for the very call that begins: Microsoft.Extensions.AI's own telemetry
    /// around an adapter of ours.
    /// </summary>
    public static Activity? TwinOf(string operation) =>
        Activity.Current is { IsStopped: false, IsAllDataRequested: true, Kind: ActivityKind.Client } current
        && !ReferenceEquals(current.Source, LlmActivitySource.Source)
        && current.GetTagItem(GenAiNames.OperationName) is string other
        && string.Equals(other, operation, StringComparison.Ordinal)
            ? current
            : null;
}
