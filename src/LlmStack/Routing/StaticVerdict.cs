namespace LlmStack.Routing;

/// <summary>The static filter that removed a member, and why; default when it stays.</summary>
internal readonly record struct StaticVerdict(string? Filter, string? Reason);
