namespace LlmStack.Routing;

/// <summary>What static filters may look at: requests with equal keys have equal survivors. Made without hashing any text.</summary>
internal readonly struct ShapeKey
{
    private readonly int _traits;
    private readonly RoutingOptions? _wishes;
    private readonly PermissionSet? _permissions;

    public ShapeKey(in RouteRequest request)
    {
        _traits = (int)request.Operation | ((int)request.Features << 4) | (request.Pool << 20);
        _wishes = request.Routing is { ShapeHash: not 0 } routing ? routing : null;
        _permissions = request.Context?.PermissionSet;
    }

    /// <summary>A number that equal keys share.</summary>
    public int Hash
    {
        get
        {
            uint mixed = ((uint)_traits * 0x9E3779B1u) ^ (uint)(_wishes?.ShapeHash ?? 0) ^ (uint)(_permissions?.Hash ?? 0);
            return (int)(mixed ^ (mixed >> 15));
        }
    }

    public bool Same(in ShapeKey other) =>
        _traits == other._traits
        && (ReferenceEquals(_wishes, other._wishes) || (_wishes is not null && other._wishes is not null && _wishes.HasShapeOf(other._wishes)))
        && (ReferenceEquals(_permissions, other._permissions) || (_permissions is not null && other._permissions is not null && _permissions.Same(other._permissions)));
}
