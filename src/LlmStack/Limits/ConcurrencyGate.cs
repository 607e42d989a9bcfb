namespace LlmStack.Limits;

/// <summary>
/// Places for calls under way at one deployment, and a bounded queue for them: the most urgent first, and waiters grow more urgent
/// with time, so that nobody waits for ever. Who was refused, cancelled or timed out leaves nothing behind.
/// </summary>
internal sealed class ConcurrencyGate
{
    /// <summary>A waiter gains one step of urgency in this time.</summary>
    public static readonly TimeSpan Aging = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Waiter, (long Due, long Number)> _queue = new();
    private int _limit = int.MaxValue;
    private int _taken;
    private int _waiting;
    private long _numbers;

    /// <summary>Places taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Calls in the queue.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Whether a place is free and nobody waits for it.</summary>
    public bool HasRoom(int limit) => Volatile.Read(ref _taken) < limit && Volatile.Read(ref _waiting) == 0;

    /// <summary>Takes a free place; false when there is none, or others have waited for it.</summary>
    public bool TryEnter(int limit)
    {
        lock (_lock)
        {
            SetLimit(limit);
            if (_taken >= _limit || _waiting > 0)
            {
                return false;
            }

            Volatile.Write(ref _taken, _taken + 1);
            return true;
        }
    }

    /// <summary>Waits for a place; false when the queue is full, or <paramref name="longest"/> has passed.</summary>
    /// <param name="limit">Places there are.</param>
    /// <param name="maxQueue">Waiters there may be.</param>
    /// <param name="priority">0 is the most urgent.</param>
    /// <param name="longest">The longest wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <exception cref="OperationCanceledException">Cancelled; no place is held.</exception>
    public async ValueTask<bool> EnterAsync(int limit, int maxQueue, int priority, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            SetLimit(limit);
            if (_taken < _limit && _waiting == 0)
            {
                Volatile.Write(ref _taken, _taken + 1);
                return true;
            }

            if (_waiting >= maxQueue || longest <= TimeSpan.Zero)
            {
                return false;
            }

            // Urgency grows at the same speed for everybody, so whose turn comes first is known when he joins.
            waiter = new Waiter();
            long due = (long)(time.GetTimestamp() + (priority * Aging.TotalSeconds * time.TimestampFrequency));
            _queue.Enqueue(waiter, (due, _numbers++));
            Volatile.Write(ref _waiting, _waiting + 1);
        }

        try
        {
            await waiter.Place.Task.WaitAsync(longest, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            // A place that came at the same moment is used.
            return !Withdraw(waiter);
        }
        catch (OperationCanceledException)
        {
            if (!Withdraw(waiter))
            {
                Leave();
            }

            throw;
        }
    }

    /// <summary>Gives a place back, to the waiter whose turn it is.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            Volatile.Write(ref _taken, Math.Max(0, _taken - 1));
            HandOut();
        }
    }

    /// <summary>Another limit, from a new configuration, holds from now on.</summary>
    private void SetLimit(int limit)
    {
        if (_limit != limit)
        {
            _limit = limit;
            HandOut();
        }
    }

    private void HandOut()
    {
        while (_taken < _limit && _queue.TryDequeue(out Waiter? next, out _))
        {
            if (next.Gone)
            {
                continue;
            }

            next.Gone = true;
            Volatile.Write(ref _waiting, _waiting - 1);
            Volatile.Write(ref _taken, _taken + 1);
            next.Place.SetResult();
        }
    }

    /// <summary>True when the waiter had no place yet; he will get none.</summary>
    private bool Withdraw(Waiter waiter)
    {
        lock (_lock)
        {
            if (waiter.Gone)
            {
                return false;
            }

            waiter.Gone = true;
            Volatile.Write(ref _waiting, _waiting - 1);
            if (_queue.Count > 64 && _queue.Count > _waiting * 2)
            {
                // Those who went away stay in the queue until their turn; a stalled deployment must not collect them without end.
                var left = new List<(Waiter, (long, long))>(_waiting);
                foreach ((Waiter other, (long, long) turn) in _queue.UnorderedItems)
                {
                    if (!other.Gone)
                    {
                        left.Add((other, turn));
                    }
                }

                _queue.Clear();
                _queue.EnqueueRange(left);
            }

            return true;
        }
    }

    private sealed class Waiter
    {
        /// <summary>Continuations run elsewhere: whoever leaves must not run the call of whoever enters.</summary>
        public TaskCompletionSource Place { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Whether he has a place, or has gone without; guarded by the gate's lock.</summary>
        public bool Gone { get; set; }
    }
}
