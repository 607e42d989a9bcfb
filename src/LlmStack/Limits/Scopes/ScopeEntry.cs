namespace LlmStack.Limits.Scopes;

/// <summary>A rule and the counter that a call falls under.</summary>
internal readonly record struct ScopeEntry(ScopeRule Rule, ScopeCounter Counter);
