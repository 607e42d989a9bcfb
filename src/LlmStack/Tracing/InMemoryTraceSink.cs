namespace LlmStack.Tracing;

/// <summary>Keeps finished spans and scores in memory, for tests and for looking around. Bounded: when full, newer ones are dropped and counted.</summary>
/// <param name="capacity">How many spans, and how many scores, are kept; 1 or more. Default 10,000.</param>
public sealed class InMemoryTraceSink(int capacity = 10_000) : ITraceSink
{
    private readonly int _capacity = capacity >= 1 ? capacity : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "Allowed is 1 or more.");
    private readonly Lock _lock = new();
    private readonly List<SpanData> _spans = [];
    private readonly List<ScoreData> _scores = [];
    private long _delivered;
    private long _dropped;

    /// <summary>The spans kept so far, in the order they ended: children before their parents.</summary>
    public IReadOnlyList<SpanData> Spans
    {
        get
        {
            lock (_lock)
            {
                return [.. _spans];
            }
        }
    }

    /// <summary>The scores kept so far.</summary>
    public IReadOnlyList<ScoreData> Scores
    {
        get
        {
            lock (_lock)
            {
                return [.. _scores];
            }
        }
    }

    /// <summary>Spans and scores that came when the sink was full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Forgets everything kept; the counters go on.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _spans.Clear();
            _scores.Clear();
        }
    }

    /// <inheritdoc/>
    public void Emit(in SpanData span)
    {
        SpanData owned = span.ToOwned();
        lock (_lock)
        {
            Keep(_spans, owned);
        }
    }

    /// <inheritdoc/>
    public void Emit(in ScoreData score)
    {
        lock (_lock)
        {
            Keep(_scores, score);
        }
    }

    /// <inheritdoc/>
    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(new FlushResult(_delivered, _dropped, 0, _dropped == 0 ? null : $"{_dropped} came when {_capacity} were kept already"));
        }
    }

    /// <inheritdoc/>
    /// <remarks>Always: what it holds does not leave the process.</remarks>
    public bool AcceptsContentFrom(string region) => true;

    private void Keep<T>(List<T> list, T item)
    {
        if (list.Count < _capacity)
        {
            list.Add(item);
            _delivered++;
        }
        else
        {
            _dropped++;
        }
    }
}
