using System.Diagnostics.Metrics;
using LlmStack.Health;
using LlmStack.Routing;
using Microsoft.Extensions.Logging;

namespace LlmStack.Diagnostics;

/// <summary>One line per failed call, one per cooldown change, the metrics, and the ring of recent calls. Never content.</summary>
internal sealed class CallTelemetry(ILogger<CallTelemetry> logger, IMeterFactory? meters, int recentCalls)
{
    public void CallFinished(in CallOutcome outcome) => throw new NotSupportedException("seam" + logger + meters + recentCalls);

    public void CooldownChanged(CooldownChange change) => throw new NotSupportedException("seam");

    /// <summary>Newest first.</summary>
    public IReadOnlyList<CallRoute> RecentCalls => throw new NotSupportedException("seam");
}
