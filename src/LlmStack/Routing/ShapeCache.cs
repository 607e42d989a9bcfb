using System.Collections.Concurrent;

namespace LlmStack.Routing;

/// <summary>Survivors of the static filters by request shape.</summary>
internal sealed class ShapeCache
{
    /// <summary>More shapes than this and the cache starts anew.</summary>
    public const int Capacity = 256;

    private const int PlainShapes = 256;

    private readonly ConcurrentDictionary<ShapeKey, StaticSet> _shapes = new();
    private StaticSet?[]? _plain;

    public int Count => _shapes.Count;

    public StaticSet? Find(in ShapeKey key)
    {
        if (key.IsPlain)
        {
            return Volatile.Read(ref _plain)?[key.PlainIndex];
        }
        return key.IsCacheable && _shapes.TryGetValue(key, out StaticSet? set) ? set : null;
    }

    public void Add(in ShapeKey key, StaticSet set)
    {
        if (key.IsPlain)
        {
            StaticSet?[] plain = Volatile.Read(ref _plain) ?? Interlocked.CompareExchange(ref _plain, new StaticSet?[PlainShapes], null) ?? _plain!;
            Volatile.Write(ref plain[key.PlainIndex], set);
        }
        else if (key.IsCacheable)
        {
            if (_shapes.Count >= Capacity)
            {
                _shapes.Clear();
            }
            _shapes.TryAdd(key, set);
        }
    }
}
