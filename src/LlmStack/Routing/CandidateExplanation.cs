namespace LlmStack.Routing;

/// <summary>Why a candidate is in or out, with the figures behind it.</summary>
/// <param name="Deployment">The deployment's id.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The model as the provider names it.</param>
/// <param name="Included">Whether it survives the filters.</param>
/// <param name="Filter">The filter that removed it; null when it is in.</param>
/// <param name="Reason">The filter's reason; for one that is in, what the strategy knows of it.</param>
public sealed record CandidateExplanation(string Deployment, string Provider, string Model, bool Included, string? Filter, string Reason)
{
    /// <summary>Its tier; lower ones are asked first.</summary>
    public int Order { get; init; }

    /// <summary>Its weight; null when it has none.</summary>
    public double? Weight { get; init; }

    /// <summary>Its share of first choices among the candidates that are in, 0 to 1; null when the strategy does not choose by share.</summary>
    public double? Share { get; init; }

    /// <summary>The prompt's tokens, as estimated for its model.</summary>
    public int EstimatedInputTokens { get; init; }

    /// <summary>Its context window in tokens; null when unknown.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>What this call would probably cost there, in US dollars; null when the price is unknown.</summary>
    public decimal? ExpectedCost { get; init; }

    /// <summary>How long the call would probably take there (streams: to the first content); null before it was measured.</summary>
    public TimeSpan? PredictedLatency { get; init; }

    /// <summary>Calls under way there.</summary>
    public int InFlight { get; init; }

    /// <summary>Requests left of its own limit per minute; null when it has none.</summary>
    public long? RequestsLeft { get; init; }

    /// <summary>Tokens left of its own limit per minute; null when it has none.</summary>
    public long? TokensLeft { get; init; }

    /// <summary>How long it keeps cooling; null when it does not.</summary>
    public TimeSpan? CooldownLeft { get; init; }
}
