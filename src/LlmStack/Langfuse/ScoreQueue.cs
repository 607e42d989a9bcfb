using LlmStack.Tracing;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>Scores waiting to be sent; bounded as spans are.</summary>
internal sealed class ScoreQueue : IScoreQueue, IDisposable
{
    public const int MaxBatch = 100;
    public const int MaxBatchBytes = 2_500_000;
    private readonly Lock _lock = new();
    private readonly Queue<ScoreItem> _items = new();
    private readonly LangfuseOptions _options;
    private readonly SinkCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string? _environment;
    private readonly ITimer _timer;
    private readonly Action _wake;
    private long _accepted;
    private long _bytes;

    // The items that are ready to be sent without waiting for more.
    private int _due;
    private bool _isClosed;
    private bool _saidInvalid;
    private bool _saidFull;

    public ScoreQueue(LangfuseOptions options, string? environment, SinkCounters counters, TimeProvider time, ILogger logger, Action wake)
    {
        _options = options;
        _environment = environment;
        _counters = counters;
        _time = time;
        _logger = logger;
        _wake = wake;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static state => ((ScoreQueue)state!).MakeDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public TimeSpan MaxAge => _options.MaxRetryAge;

    public bool IsDue
    {
        get
        {
            lock (_lock)
            {
                return _due > 0;
            }
        }
    }

    public bool TryAdd(in ScoreData score)
    {
        string? problem = ScoreEncoder.Problem(score);
        byte[] body = problem is null ? ScoreEncoder.Body(score, _environment) : [];
        DateTimeOffset given = score.Timestamp == default ? _time.GetUtcNow() : score.Timestamp;
        lock (_lock)
        {
            if (_isClosed)
            {
                _counters.TurnAway(DropReason.Shutdown);
            }
            else if (problem is not null)
            {
                Invalid(problem);
            }
            else if (_items.Count >= _options.MaxQueuedSpans || _bytes + body.Length > _options.MaxQueuedBytes)
            {
                Full();
            }
            else
            {
                _items.Enqueue(new ScoreItem(Guid.NewGuid().ToString(), ScoreEncoder.Timestamp(given), body, _time.GetTimestamp()));
                _bytes += body.Length;
                _accepted++;
                _counters.Accept();
                Arm();
            }
        }

        return true;
    }

    /// <summary>Lets everything be sent now, and returns how many scores were accepted so far.</summary>
    public long MakeDue()
    {
        lock (_lock)
        {
            Due();
            return _accepted;
        }
    }

    public void Stop()
    {
        lock (_lock)
        {
            Due();
            _isClosed = true;
        }
    }

    /// <summary>Takes the next request's worth of scores.</summary>
    public void Take(List<ScoreItem> chunk)
    {
        lock (_lock)
        {
            int bytes = 0;
            while (chunk.Count < MaxBatch && _items.TryPeek(out ScoreItem? item) && (chunk.Count == 0 || bytes + item.Body.Length <= MaxBatchBytes))
            {
                chunk.Add(_items.Dequeue());
                bytes += item.Body.Length;
            }

            _bytes -= bytes;
            _due = Math.Max(0, _due - chunk.Count);
            _saidFull = false;
        }
    }

    public int Settled(int taken) => taken;

    public int TakeSkipped() => 0;

    public void Dispose() => _timer.Dispose();

    private void Arm()
    {
        if (_items.Count - _due >= MaxBatch)
        {
            Due();
        }
        else if (_items.Count - _due == 1)
        {
            _timer.Change(_options.FlushInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Due()
    {
        if (_items.Count > 0)
        {
            _due = _items.Count;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _wake();
        }
    }

    private void Invalid(string problem)
    {
        _counters.TurnAway(DropReason.EncodeError);
        if (!_saidInvalid)
        {
            _saidInvalid = true;
            LangfuseLog.EncodeFailed(_logger, "score", problem);
        }
    }

    private void Full()
    {
        _counters.TurnAway(DropReason.QueueFull);
        if (!_saidFull)
        {
            _saidFull = true;
            LangfuseLog.QueueFull(_logger, _items.Count, _bytes);
        }
    }
}
