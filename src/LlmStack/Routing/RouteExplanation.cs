namespace LlmStack.Routing;

/// <summary>The result of a dry run. <see cref="ToString"/> puts it into words.</summary>
/// <param name="RequestedName">The name asked for.</param>
/// <param name="Alias">The alias that led to the group, or null.</param>
/// <param name="Group">The group.</param>
/// <param name="Strategy">The strategy's name.</param>
/// <param name="Picked">The id of the deployment that would be asked first; null when nobody is left.</param>
/// <param name="Candidates">Every member of the group, in or out.</param>
/// <param name="Fallbacks">The groups that would follow, in order.</param>
/// <param name="EstimatedInputTokens">The estimated size of the prompt.</param>
/// <param name="Settings">The settings in force for this call, by name.</param>
/// <param name="Error">Why nobody is left; null when somebody is.</param>
public sealed record RouteExplanation(
    string RequestedName,
    string? Alias,
    string Group,
    string Strategy,
    string? Picked,
    IReadOnlyList<CandidateExplanation> Candidates,
    IReadOnlyList<string> Fallbacks,
    int EstimatedInputTokens,
    IReadOnlyDictionary<string, string> Settings,
    string? Error)
{
    /// <summary>The version of the configuration snapshot that was looked at.</summary>
    public long SnapshotVersion { get; init; }

    /// <summary>The output tokens that were expected.</summary>
    public int LikelyOutputTokens { get; init; }

    /// <summary>How many candidates each filter removed, in the order of the filters.</summary>
    public IReadOnlyList<FilterRemoval> Removals { get; init; } = [];

    /// <summary>The explanation in words, a line for each candidate.</summary>
    public override string ToString() => ExplanationText.Of(this);
}
