using LlmStack.Routing;

namespace LlmStack.Diagnostics;

/// <summary>The last calls: one reference each, written without a lock.</summary>
internal sealed class RecentCallRing(int capacity)
{
    private readonly CallRoute?[] _slots = new CallRoute?[capacity];
    private long _count;

    public void Add(CallRoute route)
    {
        if (_slots.Length == 0)
        {
            return;
        }

        long position = Interlocked.Increment(ref _count) - 1;
        Volatile.Write(ref _slots[position % _slots.Length], route);
    }

    /// <summary>Newest first. Calls that finish meanwhile may or may not be in it.</summary>
    public IReadOnlyList<CallRoute> ToList()
    {
        long count = Interlocked.Read(ref _count);
        int known = (int)Math.Min(count, _slots.Length);
        var list = new List<CallRoute>(known);
        for (long position = count - 1; position >= count - known; position--)
        {
            // A slot is counted before it is written, so the newest may still be empty.
            if (Volatile.Read(ref _slots[position % _slots.Length]) is { } route)
            {
                list.Add(route);
            }
        }

        return list;
    }
}
