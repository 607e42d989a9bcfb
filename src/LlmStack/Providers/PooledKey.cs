namespace LlmStack.Providers;

/// <summary>A key of a pool.</summary>
/// <param name="Credential">The credential.</param>
/// <param name="Weight">Its share of the load relative to the others; more than 0.</param>
internal readonly record struct PooledKey(ICredential Credential, double Weight);
