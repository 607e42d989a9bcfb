using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>
/// What a model accepts beyond its format. Every peculiarity is a row of <c>model-traits.json</c>; the first row that fits decides,
/// and a model without one has none.
/// </summary>
internal sealed record ModelTraits
{
    /// <summary>Efforts from the least to the most.</summary>
    private static readonly string[] Ladder = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

    public static readonly ModelTraits None = new();

    /// <summary>What happens to temperature, top_p, penalties and log probabilities.</summary>
    public SamplingSupport Sampling { get; init; }

    /// <summary>Whether only one of temperature and top_p may be set.</summary>
    public bool OneOfTemperatureAndTopP { get; init; }

    /// <summary>Whether presence and frequency penalties are accepted.</summary>
    public bool Penalties { get; init; } = true;

    /// <summary>Whether stop sequences are accepted.</summary>
    public bool Stop { get; init; } = true;

    /// <summary>Whether system messages are sent with the role <c>developer</c>.</summary>
    public bool DeveloperRole { get; init; }

    /// <summary>Whether there are system messages at all.</summary>
    public bool SystemMessages { get; init; } = true;

    /// <summary>The field of the largest number of output tokens; null: the format's usual one.</summary>
    public string? MaxTokensField { get; init; }

    /// <summary>How thinking is steered; null: nothing is known.</summary>
    public ThinkingModes? Thinking { get; init; }

    /// <summary>Whether the model thinks when nothing is said about it.</summary>
    public bool ThinksByDefault { get; init; }

    /// <summary>The words for efforts that the model knows, from the least to the most; empty: it knows none; null: nothing is known.</summary>
    public IReadOnlyList<string>? Efforts { get; init; }

    /// <summary>The smallest budget for thinking in tokens.</summary>
    public int? MinThinkingBudget { get; init; }

    /// <summary>The largest budget for thinking in tokens.</summary>
    public int? MaxThinkingBudget { get; init; }

    /// <summary>Whether reasoning of earlier turns must be sent back.</summary>
    public bool EchoesReasoning { get; init; }

    /// <summary>Whether function calls must come back with the signature they came with.</summary>
    public bool ThoughtSignatures { get; init; }

    /// <summary>How far answers can be bound to a form.</summary>
    public StructuredLevel StructuredOutput { get; init; }

    /// <summary>Whether schemas of answers and tools may be JSON schemas where the format also has an older dialect of its own.</summary>
    public bool JsonSchema { get; init; } = true;

    /// <summary>Whether tools and a schema may be sent together.</summary>
    public bool ToolsWithSchema { get; init; } = true;

    /// <summary>Whether there are tools at all.</summary>
    public bool Tools { get; init; } = true;

    /// <summary>Whether a tool call can be demanded.</summary>
    public bool ForcedToolChoice { get; init; } = true;

    /// <summary>Whether one tool can be demanded by its name.</summary>
    public bool NamedToolChoice { get; init; } = true;

    /// <summary>Whether a last assistant message is continued.</summary>
    public bool Prefill { get; init; } = true;

    /// <summary>Whether the model is served by the Responses API alone.</summary>
    public bool ResponsesOnly { get; init; }

    /// <summary>The form of a transcript that says most; null: the service's own.</summary>
    public string? TranscriptFormat { get; init; }

    /// <summary>Whether a transcript can come piece by piece.</summary>
    public bool StreamsTranscripts { get; init; } = true;

    /// <summary>Whether speech can come as events, which tell the usage.</summary>
    public bool SpeechEvents { get; init; }

    /// <summary>The largest output in tokens; null when unknown.</summary>
    public int? MaxOutput { get; init; }

    /// <summary>The traits of a model.</summary>
    /// <param name="catalogProvider">The provider's name in the catalogue, for instance <c>openai</c>; null for servers of unknown kind.</param>
    /// <param name="model">The model as the provider names it.</param>
    public static ModelTraits Of(string? catalogProvider, string model) =>
        catalogProvider is null ? None : ModelTraitsTable.Shared.Find(catalogProvider, model);

    /// <summary>Whether the model refuses a sampling field, or <c>stop</c>, named as on the wire of chat completions.</summary>
    public bool Refuses(string field, bool effortIsNone) => field switch
    {
        "stop" => !Stop,
        "presence_penalty" or "frequency_penalty" => !Penalties || RefusesSampling(effortIsNone),
        "temperature" or "top_p" or "top_k" or "logprobs" or "top_logprobs" or "logit_bias" => RefusesSampling(effortIsNone),
        _ => false,
    };

    /// <summary>The model's own word nearest to an effort, of two the higher; the given word when nothing is known; null when the model knows none.</summary>
    public string? EffortFor(ReasoningEffort effort)
    {
        string wanted = effort switch
        {
            ReasoningEffort.None => "none",
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            ReasoningEffort.ExtraHigh => "xhigh",
            _ => throw FieldPolicy.Refusal("Reasoning.Effort", "allowed are None, Low, Medium, High and ExtraHigh", ((int)effort).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        };
        if (Efforts is null)
        {
            return wanted;
        }

        string? nearest = null;
        int best = int.MaxValue;
        int rank = Array.IndexOf(Ladder, wanted);
        for (int i = 0; i < Efforts.Count; i++)
        {
            int distance = Math.Abs(Array.IndexOf(Ladder, Efforts[i]) - rank);
            if (distance <= best)
            {
                best = distance;
                nearest = Efforts[i];
            }
        }

        return nearest;
    }

    private bool RefusesSampling(bool effortIsNone) => Sampling switch
    {
        SamplingSupport.Rejected => true,
        SamplingSupport.WithoutEffort => !effortIsNone,
        _ => false,
    };
}
