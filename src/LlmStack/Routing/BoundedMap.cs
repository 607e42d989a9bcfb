using System.Collections.Concurrent;

namespace LlmStack.Routing;

/// <summary>A small map that never holds more than its capacity: beyond it, what was not used since the last sweep goes first.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
internal sealed class BoundedMap<TKey, TValue>(int capacity, IEqualityComparer<TKey>? comparer = null)
    where TKey : notnull
    where TValue : class
{
    private readonly ConcurrentDictionary<TKey, Slot> _slots = new(comparer ?? EqualityComparer<TKey>.Default);
    private readonly Lock _sweep = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>What it holds, in no order.</summary>
    public IEnumerable<(TKey Key, TValue Value)> All => _slots.Select(static slot => (slot.Key, slot.Value.Value));

    public TValue? Find(TKey key)
    {
        if (!_slots.TryGetValue(key, out Slot? slot))
        {
            return null;
        }
        // A write to a shared line only when it changes something: hot keys are read on every call.
        if (!slot.Used)
        {
            slot.Used = true;
        }
        return slot.Value;
    }

    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        if (Find(key) is { } found)
        {
            return found;
        }
        lock (_sweep)
        {
            if (_slots.TryGetValue(key, out Slot? slot))
            {
                return slot.Value;
            }
            if (_count >= capacity)
            {
                Sweep();
            }
            var made = new Slot(make(key));
            _slots[key] = made;
            _count++;
            return made.Value;
        }
    }

    /// <summary>Second chance: one round takes the flag away, the next the entry. At least a quarter goes, so sweeps are rare.</summary>
    private void Sweep()
    {
        int surplus = Math.Max(1, capacity / 4);
        for (int round = 0; round < 2 && surplus > 0; round++)
        {
            foreach ((TKey key, Slot slot) in _slots)
            {
                if (slot.Used)
                {
                    slot.Used = false;
                }
                else if (surplus > 0 && _slots.TryRemove(key, out _))
                {
                    _count--;
                    surplus--;
                }
            }
        }
    }

    private sealed class Slot(TValue value)
    {
        public TValue Value { get; } = value;

        public volatile bool Used;
    }
}
