namespace LlmStack.Routing;

/// <summary>What a name led to.</summary>
/// <param name="Group">The group; for the name of a model one made of its deployments.</param>
/// <param name="Alias">The alias that led there, or null.</param>
internal readonly record struct ResolvedName(ModelGroup Group, string? Alias);
