using System.Collections.Concurrent;

namespace LlmStack.Limits.Scopes;

/// <summary>
/// The counters of a limit or budget by the values of its scope. Beyond its capacity those not used for longest are forgotten, but none
/// with an open reservation: then it holds as many more as calls are under way.
/// </summary>
internal sealed class ScopeTable(string name, ScopePattern pattern, Func<ScopeTable, ScopeKey, ScopeCounter> make, int capacity = ScopeTable.Capacity)
{
    /// <summary>The most values of one limit or budget that are remembered.</summary>
    public const int Capacity = 10_000;

    private readonly ConcurrentDictionary<ScopeKey, ScopeCounter> _counters = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IEnumerable<ScopeCounter> Counters => _counters.Values;

    public ScopePattern Pattern { get; } = pattern;

    /// <summary>Whether nothing is ever given back, because there is no window.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Whether other machines count the same; not what each call, or a run inside one process, has for itself.</summary>
    public bool IsShared { get; init; } = true;

    public string NameOf(in ScopeKey key) => $"{name}/{Pattern.Describe(key)}";

    public ScopeCounter? Find(in ScopeKey key) => _counters.GetValueOrDefault(key);

    /// <summary>A counter that is not kept.</summary>
    public ScopeCounter Make(in ScopeKey key) => make(this, key);

    public ScopeCounter GetOrAdd(in ScopeKey key)
    {
        if (_counters.TryGetValue(key, out ScopeCounter? known))
        {
            // A write to a shared line only when it changes something: busy counters are read on every call.
            if (!known.Used)
            {
                known.Used = true;
            }

            return known;
        }

        // Outside the lock: a budget may look up what was spent before.
        ScopeCounter made = make(this, key);
        using (ScopeBook.Lock())
        {
            return Keep(made);
        }
    }

    /// <summary>A counter that was forgotten while a call was on its way to it counts again, or the one that took its place.</summary>
    public ScopeCounter Revive(ScopeCounter counter) => Keep(counter);

    private ScopeCounter Keep(ScopeCounter counter)
    {
        if (_counters.TryGetValue(counter.Key, out ScopeCounter? other))
        {
            return other;
        }

        if (_count >= capacity)
        {
            Sweep();
        }

        counter.IsForgotten = false;
        counter.Used = true;
        _counters[counter.Key] = counter;
        _count++;
        return counter;
    }

    /// <summary>Second chance: one round takes the flag away, the next the entry. A quarter goes, so sweeps are rare.</summary>
    private void Sweep()
    {
        int surplus = Math.Max(1, capacity / 4);
        for (int round = 0; round < 2 && surplus > 0; round++)
        {
            foreach ((ScopeKey key, ScopeCounter counter) in _counters)
            {
                if (counter.Open > 0)
                {
                    continue;
                }

                if (counter.Used)
                {
                    counter.Used = false;
                }
                else if (surplus > 0 && _counters.TryRemove(key, out _))
                {
                    counter.IsForgotten = true;
                    _count--;
                    surplus--;
                }
            }
        }
    }
}
