namespace LlmStack.Limits.Scopes;

/// <summary>What was used, or by how much that changed.</summary>
/// <param name="Requests">Requests.</param>
/// <param name="InputTokens">Input tokens.</param>
/// <param name="OutputTokens">Output tokens.</param>
/// <param name="Cost">Cost in 10⁻⁹ US dollars.</param>
/// <param name="Running">Calls under way.</param>
internal readonly record struct ScopeAmounts(long Requests, long InputTokens, long OutputTokens, long Cost, long Running);
