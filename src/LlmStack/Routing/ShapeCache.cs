namespace LlmStack.Routing;

/// <summary>Survivors of the static filters by request shape: a small table without locks, in which a new shape may push out an old one.</summary>
internal sealed class ShapeCache
{
    /// <summary>The most shapes remembered.</summary>
    public const int Capacity = 256;

    /// <summary>A shape may stand in any of this many neighbouring places.</summary>
    private const int Ways = 4;

    private Entry?[]? _entries;

    public int Count => _entries is { } entries ? entries.Count(static entry => entry is not null) : 0;

    public StaticSet? Find(in ShapeKey key)
    {
        if (Volatile.Read(ref _entries) is not { } entries)
        {
            return null;
        }
        int first = PlaceOf(key);
        for (int i = 0; i < Ways; i++)
        {
            if (Volatile.Read(ref entries[first + i]) is { } entry && entry.Key.Same(key))
            {
                return entry.Set;
            }
        }
        return null;
    }

    public void Add(in ShapeKey key, StaticSet set)
    {
        Entry?[] entries = Volatile.Read(ref _entries) ?? Interlocked.CompareExchange(ref _entries, new Entry?[Capacity], null) ?? _entries!;
        int first = PlaceOf(key);
        for (int i = 0; i < Ways; i++)
        {
            if (Volatile.Read(ref entries[first + i]) is null)
            {
                Volatile.Write(ref entries[first + i], new Entry(key, set));
                return;
            }
        }

        // Full: the oldest of the neighbours goes, the others move up.
        for (int i = 0; i < Ways - 1; i++)
        {
            Volatile.Write(ref entries[first + i], entries[first + i + 1]);
        }
        Volatile.Write(ref entries[first + Ways - 1], new Entry(key, set));
    }

    private static int PlaceOf(in ShapeKey key) => key.Hash & (Capacity - 1) & ~(Ways - 1);

    private sealed class Entry(in ShapeKey key, StaticSet set)
    {
        private readonly ShapeKey _key = key;

        public ref readonly ShapeKey Key => ref _key;

        public StaticSet Set { get; } = set;
    }
}
