namespace LlmStack.Routing;

/// <summary>Where a session, conversation or cached prompt belongs, as other machines know it.</summary>
/// <param name="Key">What belongs there.</param>
/// <param name="Deployment">The deployment's id.</param>
/// <param name="Keep">How long it is remembered from now.</param>
internal readonly record struct SharedPin(AffinityKey Key, string Deployment, TimeSpan Keep);
