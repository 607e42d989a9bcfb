namespace LlmStack;

/// <summary>What warming up a provider found.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Reachable">Whether its credential was at hand and its server answered, whatever the status; true for providers in process.</param>
/// <param name="StatusCode">The HTTP status it answered with; null when it was not asked or did not answer.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Error">Why it was not reachable, without secrets; null when it was.</param>
public sealed record ProviderWarmUp(string Provider, bool Reachable, int? StatusCode, TimeSpan Duration, string? Error);
