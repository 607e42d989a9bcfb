using System.Diagnostics.Metrics;
using System.Text;

namespace LlmStack.Langfuse;

/// <summary>
/// What became of everything that was emitted: delivered + dropped + unknown + pending = emitted + recovered, and accepted + turned away = emitted.
/// </summary>
internal sealed class SinkCounters
{
    private static readonly string[] Names = ["queue_full", "too_large", "rejected", "expired", "shutdown", "encode_error", "no_project", "damaged"];
    private static readonly KeyValuePair<string, object?>[] Tags = Array.ConvertAll(Names, static name => new KeyValuePair<string, object?>("reason", name));
    private const string UnknownName = "unknown";
    private static readonly KeyValuePair<string, object?> UnknownTag = new("reason", UnknownName);
    private readonly Counter<long>? _deliveredMetric;
    private readonly Counter<long>? _droppedMetric;
    private readonly long[] _dropped = new long[Names.Length];
    private long _accepted;
    private long _delivered;
    private long _turnedAway;
    private long _unknown;
    private long _recovered;
    private long _bypassed;

    public SinkCounters(Counter<long>? deliveredMetric = null, Counter<long>? droppedMetric = null)
    {
        _deliveredMetric = deliveredMetric;
        _droppedMetric = droppedMetric;
    }

    public long Emitted => Accepted + TurnedAway;

    /// <summary>Entered the queue.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Dropped without having entered the queue.</summary>
    public long TurnedAway => Volatile.Read(ref _turnedAway);

    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Given up after at least one try whose answer never came: the server may have them or not.</summary>
    public long Unknown => Volatile.Read(ref _unknown);

    /// <summary>Found in the spool, left by earlier processes.</summary>
    public long Recovered => Volatile.Read(ref _recovered);

    /// <summary>Left to the queue in memory although there is a spool: it was full, no segment was ready, or the item is none that can be sent.</summary>
    public long Bypassed => Volatile.Read(ref _bypassed);

    public long Dropped
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < _dropped.Length; i++)
            {
                sum += Volatile.Read(ref _dropped[i]);
            }

            return sum;
        }
    }

    /// <summary>Dropped, or given up unanswered.</summary>
    public long Lost => Dropped + Unknown;

    public long DroppedFor(DropReason reason) => Volatile.Read(ref _dropped[(int)reason]);

    public void Accept() => Interlocked.Increment(ref _accepted);

    public void TurnAway(DropReason reason)
    {
        Interlocked.Increment(ref _turnedAway);
        Drop(reason, 1);
    }

    public void Deliver(int count)
    {
        Interlocked.Add(ref _delivered, count);
        _deliveredMetric?.Add(count);
    }

    public void Drop(DropReason reason, int count)
    {
        if (count == 0)
        {
            return;
        }

        Interlocked.Add(ref _dropped[(int)reason], count);
        _droppedMetric?.Add(count, Tags[(int)reason]);
    }

    /// <summary>Adds what was dropped and what was given up unanswered to those of others, by reason.</summary>
    public void AddTo(Dictionary<string, long> reasons)
    {
        for (int i = 0; i < _dropped.Length; i++)
        {
            long count = Volatile.Read(ref _dropped[i]);
            if (count > 0)
            {
                reasons[Names[i]] = reasons.GetValueOrDefault(Names[i]) + count;
            }
        }

        if (Unknown is > 0 and var unknown)
        {
            reasons[UnknownName] = reasons.GetValueOrDefault(UnknownName) + unknown;
        }
    }

    /// <summary>Counts what is given up although the server may have it.</summary>
    public void LoseSight(int count)
    {
        if (count == 0)
        {
            return;
        }

        Interlocked.Add(ref _unknown, count);
        _droppedMetric?.Add(count, UnknownTag);
    }

    public void Bypass() => Interlocked.Increment(ref _bypassed);

    public void Recover(int count) => Interlocked.Add(ref _recovered, count);

    /// <summary>Appends, for instance, <c>3 spans dropped (queue_full)</c>; nothing when nothing was dropped.</summary>
    public void Describe(StringBuilder text, string what)
    {
        for (int i = 0; i < _dropped.Length; i++)
        {
            long count = Volatile.Read(ref _dropped[i]);
            if (count > 0)
            {
                text.Append(text.Length == 0 ? "" : "; ").Append(count).Append(' ').Append(what).Append(" dropped (").Append(Names[i]).Append(')');
            }
        }

        if (Unknown > 0)
        {
            text.Append(text.Length == 0 ? "" : "; ").Append(Unknown).Append(' ').Append(what).Append(" given up unanswered");
        }
    }
}
