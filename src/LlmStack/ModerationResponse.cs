using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>What a moderation model says of its inputs.</summary>
public sealed class ModerationResponse
{
    /// <summary>Makes a response.</summary>
    /// <param name="results">One result for each text in the order of the texts, or one for contents judged together.</param>
    public ModerationResponse(IReadOnlyList<ModerationResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        Results = results;
    }

    /// <summary>One result for each text in the order of the texts, or one for contents judged together.</summary>
    public IReadOnlyList<ModerationResult> Results { get; }

    /// <summary>Whether any input is considered harmful.</summary>
    public bool AnyFlagged
    {
        get
        {
            foreach (ModerationResult result in Results)
            {
                if (result.Flagged)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The provider's id of the answer, or null.</summary>
    public string? ResponseId { get; set; }

    /// <summary>The model that answered, or null.</summary>
    public string? ModelId { get; set; }

    /// <summary>Tokens used, or null when not reported; several providers charge nothing and report nothing.</summary>
    public UsageDetails? Usage { get; set; }

    internal CallRoute? Route { get; set; }
}
