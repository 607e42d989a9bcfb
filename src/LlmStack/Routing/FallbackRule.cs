namespace LlmStack.Routing;

/// <summary>A group to fall back to, and for which kinds; null kinds means those another deployment could cure.</summary>
internal sealed record FallbackRule(string Group, IReadOnlySet<LlmErrorKind>? Kinds);
