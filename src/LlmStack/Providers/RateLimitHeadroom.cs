using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>What a provider's rate-limit headers said is left; null fields were not sent.</summary>
/// <param name="RemainingRequests">Requests left in the window.</param>
/// <param name="RemainingTokens">Tokens left in the window.</param>
/// <param name="ResetRequests">Until the request window resets.</param>
/// <param name="ResetTokens">Until the token window resets.</param>
[Experimental("LLMSTACK001")]
public readonly record struct RateLimitHeadroom(long? RemainingRequests, long? RemainingTokens, TimeSpan? ResetRequests, TimeSpan? ResetTokens);
