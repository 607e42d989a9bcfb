namespace LlmStack.Routing;

/// <summary>How long to wait before asking again, when nobody else is left.</summary>
internal static class Backoff
{
    /// <param name="policy">The settings in force.</param>
    /// <param name="retry">0 before the first repetition.</param>
    /// <param name="retryAfter">The latest wait a provider asked for; outranks the exponential wait.</param>
    /// <param name="random">Where the jitter comes from.</param>
    /// <returns>
    /// With <paramref name="retryAfter"/>: that, lengthened by up to the jitter's share. Else min(initial · factorⁿ, max) · U(1 − j, 1 + j), never above max.
    /// </returns>
    public static TimeSpan Delay(CallPolicy policy, int retry, TimeSpan? retryAfter, IRandomSource random)
    {
        double jitter = Math.Clamp(policy.BackoffJitter, 0, 1);
        double chance = random.NextDouble();
        if (retryAfter is { } asked && asked > TimeSpan.Zero)
        {
            double ticks = asked.Ticks * (1 + (jitter * chance));
            return ticks >= TimeSpan.MaxValue.Ticks ? TimeSpan.MaxValue : new TimeSpan((long)ticks);
        }
        double max = policy.BackoffMax.Ticks;
        double plain = Math.Min(policy.BackoffInitial.Ticks * Math.Pow(policy.BackoffFactor, Math.Max(0, retry)), max);
        double wait = Math.Min(plain * (1 - jitter + (2 * jitter * chance)), max);
        return new TimeSpan((long)Math.Max(0, wait));
    }
}
