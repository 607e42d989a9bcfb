namespace LlmStack.Routing;

/// <summary>The text of a route that needed one attempt: the same for most calls a deployment serves, so it is written once.</summary>
internal sealed class RouteText(CallRoute route, byte[] utf8)
{
    private readonly string _requested = route.RequestedName;
    private readonly string? _group = route.Group;
    private readonly string? _reason = route.Reason;
    private readonly string? _limitedBy = route.LimitedBy;
    private readonly long _snapshot = route.SnapshotVersion;

    public byte[] Utf8 { get; } = utf8;

    public bool IsOf(CallRoute other) =>
        _snapshot == other.SnapshotVersion
        && string.Equals(_limitedBy, other.LimitedBy, StringComparison.Ordinal)
        && string.Equals(_requested, other.RequestedName, StringComparison.Ordinal)
        && string.Equals(_group, other.Group, StringComparison.Ordinal)
        && string.Equals(_reason, other.Reason, StringComparison.Ordinal);
}
