using LlmStack.Health;
using LlmStack.Limits;

namespace LlmStack.Routing;

/// <summary>Filters and picks. Pure over the snapshot and the learned state; the same code serves calls and <c>Explain</c>.</summary>
internal sealed class RoutingEngine(IEnumerable<IRoutingFilter> userFilters, IAdmission admission, HealthTracker health, IRandomSource random)
{
    /// <summary>Picks a member of <paramref name="group"/>. <paramref name="removals"/>, when given, collects what removed what.</summary>
    public PickResult Pick(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request, AttemptHistory? history, PickMode mode, List<FilterRemoval>? removals = null)
        => throw new NotSupportedException("seam");

    /// <summary>Every member with its verdict, by the same filters and strategy, without moving a counter or the random state.</summary>
    public RouteExplanation Explain(RoutingSnapshot snapshot, in ResolvedName name, in RouteRequest request)
        => throw new NotSupportedException("seam");
}
