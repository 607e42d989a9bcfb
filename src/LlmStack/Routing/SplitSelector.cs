namespace LlmStack.Routing;

/// <summary>Splits requests by shares: the same key goes to the same pool, in every process, as long as the shares stay.</summary>
internal sealed class SplitSelector : IPoolSelector
{
    private readonly double[] _sums;
    private readonly Func<LlmContext, string?> _key;
    private readonly ulong _salt;
    private readonly int _largest;

    /// <param name="shares">The pools' shares in the order of the pools; any positive sum.</param>
    /// <param name="key">What stays together.</param>
    /// <param name="salt">Makes the splits of different experiments independent.</param>
    public SplitSelector(double[] shares, SplitKey key, string salt)
    {
        _sums = new double[shares.Length];
        double total = shares.Sum();
        double sum = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            sum += shares[i] / total;
            _sums[i] = sum;
            _largest = shares[i] > shares[_largest] ? i : _largest;
        }
        _key = KeyOf(key);
        _salt = Hash(salt, 0xCBF29CE484222325);
    }

    /// <summary>A request without a key cannot be assigned stably: it goes to the largest pool.</summary>
    public int Select(in RouteRequest request)
    {
        if (_key(request.Context) is not { Length: > 0 } key)
        {
            return _largest + 1;
        }
        double point = (Mix(Hash(key, _salt)) >> 11) * (1.0 / (1UL << 53));
        for (int i = 0; i < _sums.Length - 1; i++)
        {
            if (point < _sums[i])
            {
                return i + 1;
            }
        }
        return _sums.Length;
    }

    private static Func<LlmContext, string?> KeyOf(SplitKey key) => key switch
    {
        SplitKey.Session => static context => context.SessionId,
        SplitKey.Project => static context => context.Project,
        SplitKey.Key => static context => context.Key,
        _ => static context => context.UserId ?? context.SessionId,
    };

    /// <summary>FNV-1a over the characters; .NET's own hash of a text differs in every process.</summary>
    private static ulong Hash(string text, ulong hash)
    {
        foreach (char c in text)
        {
            hash = (hash ^ c) * 0x100000001B3;
        }
        return hash;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 33)) * 0xFF51AFD7ED558CCD;
        z = (z ^ (z >> 33)) * 0xC4CEB9FE1A85EC53;
        return z ^ (z >> 33);
    }
}
