namespace LlmStack.Routing;

/// <summary>Holds the current snapshot; swapped as a whole.</summary>
internal sealed class SnapshotSource(RoutingSnapshot initial)
{
    private RoutingSnapshot _current = initial;

    public RoutingSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Raised after a swap, on the thread that swapped. Handlers must not throw.</summary>
    public event Action<RoutingSnapshot>? Swapped;

    public void Swap(RoutingSnapshot next)
    {
        Volatile.Write(ref _current, next);
        Swapped?.Invoke(next);
    }
}
