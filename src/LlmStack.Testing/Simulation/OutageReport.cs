namespace LlmStack.Testing.Simulation;

/// <summary>How an outage of a deployment went.</summary>
/// <param name="Deployment">The deployment's id.</param>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end.</param>
/// <param name="Calls">Calls that arrived meanwhile.</param>
/// <param name="Attempts">Attempts that began meanwhile, at all deployments.</param>
/// <param name="DetectedAfter">From the beginning until the deployment was first taken out; null when it never was.</param>
/// <param name="LastCooldown">The length of the last cooldown before the full share, running at the end or begun after it; null when none was.</param>
/// <param name="SlowStart">How long its share then grows back; zero when it returns at once.</param>
/// <param name="FullShareAfter">
/// From the end until the first whole second in which it had at least 90 % of its share from before the outage; null when it never had.
/// </param>
public sealed record OutageReport(
    string Deployment,
    TimeSpan From,
    TimeSpan To,
    long Calls,
    long Attempts,
    TimeSpan? DetectedAfter,
    TimeSpan? LastCooldown,
    TimeSpan SlowStart,
    TimeSpan? FullShareAfter)
{
    /// <summary>Attempts for each call that arrived: what the outage made of the load.</summary>
    public double AttemptsPerCall => Calls == 0 ? 0 : (double)Attempts / Calls;
}
