namespace LlmStack.Routing;

/// <summary>Copies of a group's calls for another group.</summary>
internal sealed class MirrorPlan(string group, double sampleRate, int maxConcurrency, int? requestsPerMinute, MirrorUse use)
{
    public string Group { get; } = group;

    public double SampleRate { get; } = sampleRate;

    /// <summary>Takes a place for a copy; false when its budget is used up.</summary>
    public bool TryStart(long now, long frequency)
    {
        if (!use.TryEnter(maxConcurrency))
        {
            return false;
        }

        if (requestsPerMinute is null)
        {
            return true;
        }

        long reservation = use.Limits.TryReserve(requestsPerMinute, null, tokens: 0, now, frequency, out _, out _);
        if (reservation == 0)
        {
            use.Leave();
            return false;
        }

        use.Limits.Settle(reservation, reserved: 0, requests: 1, tokens: 0);
        return true;
    }

    public void Ended() => use.Leave();
}
