using System.Runtime.CompilerServices;

namespace LlmStack.Limits.Scopes;

/// <summary>Reserves and settles over every counter of a call at once: all or nothing.</summary>
/// <remarks>
/// One short lock for all counters of the process: a reservation over six of them holds it for less than a microsecond, and no order of locks can
/// be wrong. Nothing inside it waits for anything or calls users' code; the one long section is the sweep of a table that is full, once in
/// thousands of new values.
/// </remarks>
internal sealed class ScopeBook(IScopeExchange exchange)
{
    // One call less on the way of those who share nothing.
    private readonly IScopeExchange? _exchange = exchange is NoScopeExchange ? null : exchange;
    private int _open;

    // One for the process, because a budget of LlmContext may serve several clients.
    private static SpinGate _gate;

    /// <summary>Reservations made and not settled yet.</summary>
    public int OpenReservations => Volatile.Read(ref _open);

    /// <summary>Guards every counter until it is disposed. Not reentrant.</summary>
    public static Held Lock()
    {
        _gate.Enter();
        return default;
    }

    /// <summary>Takes the demand up on every counter of <paramref name="reservation"/>, or on none.</summary>
    public bool TryReserve(ScopeReservation reservation, in ScopeDemand demand, ScopePart part, out ScopeRefusal refusal)
    {
        Span<ScopeHold> holds = reservation.Holds;
        refusal = default;
        using (Lock())
        {
            if (TryTake(holds, demand, part, ref refusal))
            {
                reservation.IsHeld = true;
                _open++;
            }
        }

        if (_exchange is { IsActive: true })
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

        using (Lock())
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
        bool tells;
        using (Lock())
        {
            tells = GiveBack(holds, outcome);
            reservation.IsHeld = false;
            _open--;
        }

        if (_exchange is { IsActive: true })
        {
            Tell(holds);
        }

        if (tells)
        {
            foreach (ref ScopeHold hold in holds)
            {
                hold.Counter.AfterSettle(hold.Rule);
            }
        }

        reservation.Clear();
    }

    // Apart from the lock's own method: around a lock the processor's registers are not used for what lives across it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool GiveBack(Span<ScopeHold> holds, in ScopeOutcome outcome)
    {
        bool tells = false;
        for (int i = 0; i < holds.Length; i++)
        {
            ref ScopeHold hold = ref holds[i];
            ScopeCounter counter = hold.Counter;
            tells |= counter.Settle(ref hold, outcome);
            counter.Open--;
        }

        return tells;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryTake(Span<ScopeHold> holds, in ScopeDemand demand, ScopePart part, ref ScopeRefusal refusal)
    {
        for (int i = 0; i < holds.Length; i++)
        {
            ref ScopeHold hold = ref holds[i];
            ScopeCounter counter = hold.Counter;
            if (counter.IsForgotten)
            {
                hold.Counter = counter = counter.Table.Revive(counter);
            }

            if (!counter.TryReserve(ref hold, demand, part, ref refusal))
            {
                Undo(holds[..i]);
                return false;
            }

            counter.Open++;
        }

        return true;
    }

    private static void Undo(Span<ScopeHold> holds)
    {
        // The last first: a counter that occurs twice goes back the way it came.
        for (int i = holds.Length - 1; i >= 0; i--)
        {
            holds[i].Counter.Undo(ref holds[i]);
            holds[i].Counter.Open--;
        }
    }

    private void Tell(Span<ScopeHold> holds)
    {
        foreach (ref ScopeHold hold in holds)
        {
            if (hold.Counter.Table.IsShared)
            {
                _exchange!.Changed(hold.Counter);
            }
        }
    }

    /// <summary>The lock while it is held.</summary>
    internal readonly struct Held : IDisposable
    {
        public void Dispose() => _gate.Exit();
    }
}
