namespace LlmStack.Limits.Scopes;

/// <summary>What is used of one rule by one value of its scope. Everything but the flags is guarded by <see cref="ScopeBook.Lock"/>.</summary>
internal abstract class ScopeCounter(ScopeTable table, ScopeKey key) : ISharedScope
{
    private Queue<TaskCompletionSource>? _waiters;
    private string? _name;

    public ScopeTable Table { get; } = table;

    public ScopeKey Key { get; } = key;

    /// <summary>Reservations that are not settled; such a counter is never forgotten.</summary>
    public int Open { get; set; }

    /// <summary>Whether it was used since the last sweep.</summary>
    public bool Used { get; set; } = true;

    public bool IsForgotten { get; set; }

    public string Name => _name ??= Table.NameOf(Key);

    public abstract TimeSpan Length { get; }

    public abstract bool IsFixed { get; }

    public object? Link { get; set; }

    public bool HasWaiters => Volatile.Read(ref _waiters) is { Count: > 0 };

    /// <summary>Whether the demand fits. Moves nothing.</summary>
    public abstract bool Fits(ScopeRule rule, in ScopeDemand demand, ScopePart part, out ScopeRefusal refusal);

    /// <summary>Takes the demand up if it fits; <paramref name="refusal"/> is written only when it does not.</summary>
    public abstract bool TryReserve(ref ScopeHold hold, in ScopeDemand demand, ScopePart part, ref ScopeRefusal refusal);

    /// <summary>Takes back what <see cref="TryReserve"/> has just taken up, under the same lock, as if it had not been.</summary>
    public abstract void Undo(ref ScopeHold hold);

    /// <summary>Replaces what is held by what was used, and gives way to a waiter if something became free.</summary>
    /// <returns>Whether <see cref="AfterSettle"/> has something to tell.</returns>
    public abstract bool Settle(ref ScopeHold hold, in ScopeOutcome outcome);

    public abstract ScopeUse Read();

    public abstract void SetOthers(long bucket, in ScopeAmounts others);

    /// <summary>Tells what a settlement has reached; under no lock.</summary>
    public virtual void AfterSettle(ScopeRule rule)
    {
    }

    /// <summary>Ends when something was given back. One waiter is woken at a time: when he is done he wakes the next.</summary>
    public TaskCompletionSource Wait()
    {
        using (ScopeBook.Lock())
        {
            // The continuation runs elsewhere: whoever settles must not run the call of whoever waited.
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (_waiters ??= new Queue<TaskCompletionSource>()).Enqueue(waiter);
            return waiter;
        }
    }

    /// <summary>Takes back a wait. What woke this waiter in the same moment wakes the next.</summary>
    public void StopWaiting(TaskCompletionSource waiter)
    {
        if (!waiter.TrySetCanceled())
        {
            WakeNext();
        }
    }

    public void WakeNext()
    {
        using (ScopeBook.Lock())
        {
            Wake();
        }
    }

    /// <summary>Calls that wait for it.</summary>
    public int Waiting => _waiters?.Count(static waiter => !waiter.Task.IsCompleted) ?? 0;

    protected void Wake()
    {
        while (_waiters is { Count: > 0 } waiters && !waiters.Dequeue().TrySetResult())
        {
        }
    }
}
