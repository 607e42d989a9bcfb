using LlmStack.Routing;

namespace LlmStack.Limits;

/// <summary>What a call is expected to use.</summary>
/// <param name="Deployment">The deployment it would go to.</param>
/// <param name="Context">Who calls.</param>
/// <param name="InputTokens">Estimated input tokens.</param>
/// <param name="OutputTokens">Likely output tokens.</param>
/// <param name="Timestamp">Now, in <see cref="TimeProvider"/> ticks.</param>
internal readonly record struct Demand(Deployment Deployment, LlmContext Context, long InputTokens, long OutputTokens, long Timestamp)
{
    /// <summary>The id of the credential by which limits are counted; null where one key serves everybody.</summary>
    public string? Key { get; init; }
}
