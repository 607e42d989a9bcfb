namespace LlmStack.Limits.Scopes;

/// <summary>Reserves and settles over every counter of a call at once: all or nothing.</summary>
/// <remarks>
/// One short lock for all counters of the process: a reservation over six of them is held for less than a microsecond, and no order of locks can
/// be wrong. Nothing inside it waits, allocates or calls out.
/// </remarks>
internal sealed class ScopeBook(IScopeExchange exchange)
{
    private readonly IScopeExchange _exchange = exchange;
    private int _open;

    /// <summary>Guards every counter; one for the process, because a budget of <see cref="LlmContext"/> may serve several clients.</summary>
    public static Lock Gate { get; } = new();

    /// <summary>Reservations made and not settled yet.</summary>
    public int OpenReservations => Volatile.Read(ref _open);

    /// <summary>Takes the demand up on every counter of <paramref name="reservation"/>, or on none.</summary>
    public bool TryReserve(ScopeReservation reservation, in ScopeDemand demand, ScopePart part, out ScopeRefusal refusal)
    {
        Span<ScopeHold> holds = reservation.Holds;
        lock (Gate)
        {
            if (TryTake(holds, demand, part, out refusal))
            {
                reservation.IsHeld = true;
                _open++;
            }
        }

        if (_exchange.IsActive)
        {
            // After a refusal as well: whoever is asked for wants to know what others use.
            Tell(holds);
        }

        return reservation.IsHeld;
    }

    /// <summary>Whether the demand would fit on every counter. Moves nothing.</summary>
    public static bool Fits(ReadOnlySpan<ScopeEntry> entries, in ScopeDemand demand, ScopePart part, out ScopeRefusal refusal)
    {
        refusal = default;
        if (entries.Length == 0)
        {
            return true;
        }

        lock (Gate)
        {
            foreach (ScopeEntry entry in entries)
            {
                if (!entry.Counter.Fits(entry.Rule, demand, part, out refusal))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Replaces what was reserved by what was used, on every counter. The second time nothing happens.</summary>
    public void Settle(ScopeReservation reservation, in ScopeOutcome outcome)
    {
        if (!reservation.IsHeld)
        {
            return;
        }

        Span<ScopeHold> holds = reservation.Holds;
        lock (Gate)
        {
            for (int i = 0; i < holds.Length; i++)
            {
                ref ScopeHold hold = ref holds[i];
                hold.Counter.Settle(ref hold, outcome);
                hold.Counter.Open--;
            }

            reservation.IsHeld = false;
            _open--;
        }

        if (_exchange.IsActive)
        {
            Tell(holds);
        }

        foreach (ref ScopeHold hold in holds)
        {
            hold.Counter.AfterSettle(hold.Rule);
        }

        reservation.Clear();
    }

    private static bool TryTake(Span<ScopeHold> holds, in ScopeDemand demand, ScopePart part, out ScopeRefusal refusal)
    {
        refusal = default;
        for (int i = 0; i < holds.Length; i++)
        {
            ref ScopeHold hold = ref holds[i];
            if (hold.Counter.IsForgotten)
            {
                hold.Counter = hold.Counter.Table.Revive(hold.Counter);
            }

            hold.Counter.NoteDemand(hold.Rule, demand);
            if (!hold.Counter.Fits(hold.Rule, demand, part, out refusal))
            {
                return false;
            }
        }

        for (int i = 0; i < holds.Length; i++)
        {
            ref ScopeHold hold = ref holds[i];
            hold.Counter.Reserve(ref hold, demand, part);
            hold.Counter.Open++;
        }

        return true;
    }

    private void Tell(Span<ScopeHold> holds)
    {
        foreach (ref ScopeHold hold in holds)
        {
            if (hold.Counter.Table.IsShared)
            {
                _exchange.Changed(hold.Counter);
            }
        }
    }
}
