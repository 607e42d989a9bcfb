namespace LlmStack.Routing;

/// <summary>Why a candidate is in or out.</summary>
/// <param name="Deployment">The deployment's id.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The model as the provider names it.</param>
/// <param name="Included">Whether it survives the filters.</param>
/// <param name="Filter">The filter that removed it; null when it is in.</param>
/// <param name="Reason">The filter's reason; for one that is in, what the strategy knows of it.</param>
public sealed record CandidateExplanation(string Deployment, string Provider, string Model, bool Included, string? Filter, string Reason)
{
    /// <summary>What the call would probably cost there in US dollars, by the estimated prompt and the usual answer; null when no price is known.</summary>
    public decimal? ExpectedCost { get; init; }
}
