namespace LlmStack.Routing;

/// <summary>Follows what a classifier found out; without a hint, or with one that names no pool, the default pool.</summary>
internal sealed class HintSelector(MemberPool[] pools, string? defaultPool) : IPoolSelector
{
    private readonly int _default = IndexOf(pools, defaultPool);

    public int Select(in RouteRequest request) => IndexOf(pools, request.Hints?.Tier) is > 0 and var pool ? pool : _default;

    /// <summary>The number of the pool of that name, from 1; 0 when there is none.</summary>
    public static int IndexOf(MemberPool[] pools, string? name)
    {
        for (int i = 0; i < pools.Length; i++)
        {
            if (string.Equals(pools[i].Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return i + 1;
            }
        }
        return 0;
    }
}
