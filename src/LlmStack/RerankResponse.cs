using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Documents ordered by relevance, the most relevant first.</summary>
public sealed class RerankResponse
{
    /// <summary>Makes a response.</summary>
    /// <param name="results">The results, the most relevant first.</param>
    public RerankResponse(IReadOnlyList<RerankResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        Results = results;
    }

    /// <summary>The results, the most relevant first.</summary>
    public IReadOnlyList<RerankResult> Results { get; }

    /// <summary>The provider's id of the answer, or null.</summary>
    public string? ResponseId { get; set; }

    /// <summary>The model that answered, or null.</summary>
    public string? ModelId { get; set; }

    /// <summary>Tokens used, or null when not reported.</summary>
    public UsageDetails? Usage { get; set; }

    /// <summary>Further data of the provider, or null.</summary>
    public AdditionalPropertiesDictionary? AdditionalProperties { get; set; }

    internal CallRoute? Route { get; set; }
}
