using System.Diagnostics.Metrics;
using System.Text;

namespace LlmStack.Langfuse;

/// <summary>What became of everything that was emitted: delivered + dropped + pending = emitted, and accepted + turned away = emitted.</summary>
internal sealed class SinkCounters
{
    private static readonly string[] Names = ["queue_full", "too_large", "rejected", "expired", "shutdown", "encode_error", "no_project"];
    private static readonly KeyValuePair<string, object?>[] Tags = Array.ConvertAll(Names, static name => new KeyValuePair<string, object?>("reason", name));
    private readonly Counter<long>? _deliveredMetric;
    private readonly Counter<long>? _droppedMetric;
    private readonly long[] _dropped = new long[Names.Length];
    private long _accepted;
    private long _delivered;
    private long _turnedAway;

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
        Interlocked.Add(ref _dropped[(int)reason], count);
        _droppedMetric?.Add(count, Tags[(int)reason]);
    }

    /// <summary>Adds the drops to those of others, by reason.</summary>
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
    }

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
    }
}
