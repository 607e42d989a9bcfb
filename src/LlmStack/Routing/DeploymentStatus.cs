namespace LlmStack.Routing;

/// <summary>What the router knows of a deployment at a moment.</summary>
/// <param name="Id">The deployment's id.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The model as the provider names it.</param>
/// <param name="Groups">The groups it is a member of.</param>
/// <param name="InFlight">Calls under way.</param>
/// <param name="CooldownRemaining">How long it stays out of picks; null when it is in.</param>
/// <param name="LastError">The kind of the last failure; null when there was none.</param>
/// <param name="FirstTokenEstimate">Estimated time to the first token (for calls that do not stream: to the answer); null before the first sample.</param>
/// <param name="Successes">Attempts that succeeded since start.</param>
/// <param name="Failures">Attempts that failed since start.</param>
public sealed record DeploymentStatus(
    string Id,
    string Provider,
    string Model,
    IReadOnlyList<string> Groups,
    int InFlight,
    TimeSpan? CooldownRemaining,
    LlmErrorKind? LastError,
    TimeSpan? FirstTokenEstimate,
    long Successes,
    long Failures)
{
    /// <summary>Whether an operator takes new calls away from it.</summary>
    public bool Draining { get; init; }

    /// <summary>What its last probe found; null when it is not probed, or was not yet.</summary>
    public ProbeStatus? Probe { get; init; }
}
