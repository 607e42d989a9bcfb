namespace LlmStack.Routing;

/// <summary>The result of a deployment's last probe.</summary>
/// <param name="Passed">Whether it answered.</param>
/// <param name="Age">How long ago that was; a result older than twice the interval is ignored.</param>
/// <param name="Duration">How long the answer took.</param>
/// <param name="Error">Why it failed, without secrets; null when it passed.</param>
public sealed record ProbeStatus(bool Passed, TimeSpan Age, TimeSpan Duration, string? Error);
