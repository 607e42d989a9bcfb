namespace LlmStack.Routing;

/// <summary>
/// Keeps retries from multiplying an outage: within 10 seconds, at most 10 % of a group's requests and 10 more. The first move of a
/// request to a healthy deployment it has not asked is free and does not come here.
/// </summary>
internal sealed class RetryBudget(double share = RetryBudget.Share, int floor = RetryBudget.Floor)
{
    public const int Floor = 10;
    public const double Share = 0.10;

    private const int Slots = 10;

    private readonly long[] _seconds = new long[Slots];
    private readonly int[] _requests = new int[Slots];
    private readonly int[] _retries = new int[Slots];
    private SpinGate _gate;

    /// <summary>Counts a request of the group.</summary>
    public void CountRequest(long timestamp, long frequency)
    {
        _gate.Enter();
        _requests[SlotAt(timestamp / frequency)]++;
        _gate.Exit();
    }

    /// <summary>Takes one retry out of the budget; false when it is used up.</summary>
    public bool TryTake(long timestamp, long frequency)
    {
        _gate.Enter();
        bool taken = TryTake(timestamp / frequency);
        _gate.Exit();
        return taken;
    }

    /// <summary>Puts back what was taken at <paramref name="timestamp"/> for an attempt that did not begin.</summary>
    public void GiveBack(long timestamp, long frequency)
    {
        long second = timestamp / frequency;
        int slot = (int)((ulong)second % Slots);
        _gate.Enter();
        if (_seconds[slot] == second && _retries[slot] > 0)
        {
            _retries[slot]--;
        }

        _gate.Exit();
    }

    private bool TryTake(long second)
    {
        int slot = SlotAt(second);
        int requests = 0;
        int retries = 0;
        for (int i = 0; i < Slots; i++)
        {
            if (second - _seconds[i] < Slots)
            {
                requests += _requests[i];
                retries += _retries[i];
            }
        }
        if (retries >= floor + (int)(requests * share))
        {
            return false;
        }
        _retries[slot]++;
        return true;
    }

    private int SlotAt(long second)
    {
        int slot = (int)((ulong)second % Slots);
        if (_seconds[slot] != second)
        {
            _seconds[slot] = second;
            _requests[slot] = 0;
            _retries[slot] = 0;
        }
        return slot;
    }
}
