using System.Globalization;
using LlmStack.Limits.Scopes;
using StackExchange.Redis;

namespace LlmStack.Redis;

/// <summary>The scopes of one script call: their arguments, and its answer.</summary>
internal sealed class ScopeBatch(string prefix)
{
    /// <summary>Redis serves nobody else while a script runs: not more scopes at once.</summary>
    public const int Most = 500;

    private const long PerDollar = 1_000_000_000;

    /// <summary>Calls under way of a process that says nothing are taken to have ended after this time.</summary>
    private static readonly TimeSpan RunningLease = TimeSpan.FromSeconds(10);

    /// <summary>A budget without an end is kept this long after its last use.</summary>
    private static readonly TimeSpan Endless = TimeSpan.FromDays(400);

    private readonly List<ScopeLink> _links = [];

    public bool IsFull => _links.Count == Most;

    public IReadOnlyList<ScopeLink> Links => _links;

    public void Add(ScopeLink link) => _links.Add(link);

    public void Clear() => _links.Clear();

    public RedisKey[] Keys(RedisKey process)
    {
        var keys = new RedisKey[_links.Count + 1];
        keys[0] = process;
        for (int i = 0; i < _links.Count; i++)
        {
            keys[i + 1] = _links[i].KeyOf(prefix, _links[i].Sending.Bucket);
        }

        return keys;
    }

    public RedisValue[] Arguments(long number, TimeSpan processLives)
    {
        var values = new RedisValue[2 + (_links.Count * RedisScripts.ArgumentsOfScope)];
        values[0] = number;
        values[1] = (long)processLives.TotalMilliseconds;
        for (int i = 0; i < _links.Count; i++)
        {
            ScopeLink link = _links[i];
            ScopeUse use = link.Sending;
            int at = 2 + (i * RedisScripts.ArgumentsOfScope);
            values[at] = link.Field;
            if (!link.Writes)
            {
                values[at + 1] = values[at + 2] = values[at + 3] = RedisValue.EmptyString;
            }
            else if (use.Amounts == default || use.EndsIn <= TimeSpan.Zero)
            {
                values[at + 1] = 0;
                values[at + 2] = values[at + 3] = RedisValue.EmptyString;
            }
            else
            {
                values[at + 1] = (long)Math.Max(1, (use.EndsIn < Endless ? use.EndsIn : Endless).TotalMilliseconds);
                values[at + 2] = (long)RunningLease.TotalMilliseconds;
                values[at + 3] = Write(use.Amounts);
            }
        }

        return values;
    }

    /// <summary>Tells the counters what the others use; returns whether this process was unknown to Redis.</summary>
    /// <exception cref="InvalidOperationException">The answer is not that of the script.</exception>
    public bool Apply(RedisResult answer)
    {
        RedisResult[]? parts = (RedisResult[]?)answer;
        if (parts is not [{ } first, ..] || (long)first < 0)
        {
            throw new InvalidOperationException("a later exchange of the same process has overtaken this one");
        }

        int next = 1;
        for (int i = 0; i < _links.Count; i++)
        {
            ScopeLink link = _links[i];
            ScopeAmounts others = default;
            if (next < parts.Length && (long)parts[next] == i)
            {
                others = Read((string?)parts[next + 1] ?? "");
                next += 2;
            }

            if (link.Writes)
            {
                link.Sent = link.Sending;
            }

            if (others != default || link.Others != default)
            {
                link.Others = others;
                link.Scope.SetOthers(link.Sending.Bucket, others);
            }
        }

        return (long)first == 1;
    }

    internal static string Write(in ScopeAmounts amounts) => string.Create(
        CultureInfo.InvariantCulture,
        $"{amounts.Requests} {amounts.InputTokens} {amounts.OutputTokens} {amounts.Cost / PerDollar} {amounts.Cost % PerDollar} {amounts.Running}");

    internal static ScopeAmounts Read(ReadOnlySpan<char> text)
    {
        Span<long> values = stackalloc long[6];
        int count = 0;
        foreach (Range part in text.Split(' '))
        {
            if (count < values.Length && long.TryParse(text[part], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            {
                values[count++] = value;
            }
        }

        return new ScopeAmounts(values[0], values[1], values[2], (values[3] * PerDollar) + values[4], values[5]);
    }
}
