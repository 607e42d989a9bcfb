namespace LlmStack.Routing;

/// <summary>Something in a configuration that works, but perhaps not as it was meant.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Subject">The group, alias or deployment concerned.</param>
/// <param name="Message">What is the case and what to do, in a sentence.</param>
public sealed record ConfigurationFinding(ConfigurationFindingKind Kind, string Subject, string Message);
