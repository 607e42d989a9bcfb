namespace LlmStack.Routing;

/// <summary>What was set for one kind of failure; null is what the kind implies.</summary>
internal readonly record struct ErrorRule(int? Retries, bool? Cool, int? AllowedFailures, bool? FallBack);
