namespace LlmStack.Routing;

/// <summary>What a name led to.</summary>
/// <param name="Group">The group; for <c>provider/model</c> one made for that deployment.</param>
/// <param name="Alias">The alias that led there, or null.</param>
internal readonly record struct ResolvedName(ModelGroup Group, string? Alias);
