namespace LlmStack.Routing;

/// <summary>The group a request falls back to, and what is changed in it on the way.</summary>
internal readonly record struct FallbackTarget(ModelGroup Group, FallbackRewrite? Rewrite);
