using LlmStack.Providers.Fidelity;

namespace LlmStack.Providers.OpenAI;

/// <summary>How one family of servers differs from the format's centre.</summary>
internal sealed record OpenAIProfile
{
    public static readonly OpenAIProfile OpenAI = new()
    {
        MaxTokensField = "max_completion_tokens",
        TraitsName = "openai",
        SendsNames = true,
        SendsRefusals = true,
        Operations = OpenAIOperations.All & ~OpenAIOperations.Rerank,
    };

    public static readonly OpenAIProfile Compatible = new() { MaxTokensField = "max_tokens", SendsTopK = true, MaxAudioBytes = int.MaxValue };

    /// <summary>The field of the largest number of output tokens, unless the model's traits name another.</summary>
    public required string MaxTokensField { get; init; }

    /// <summary>What the service offers. What it does not is refused before any call.</summary>
    public OpenAIOperations Operations { get; init; } = OpenAIOperations.All;

    /// <summary>The largest sound that the service writes down, in bytes.</summary>
    public int MaxAudioBytes { get; init; } = 25 * 1024 * 1024;

    /// <summary>The provider's name in the table of <see cref="ModelTraits"/>; null when nothing is known of its models.</summary>
    public string? TraitsName { get; init; }

    /// <summary>Whether the model in a call is a deployment's name, which its owner chose.</summary>
    public bool NamesDeployments { get; init; }

    /// <summary>What the service demands of a conversation.</summary>
    public HistoryRules History { get; init; } = HistoryRules.OpenAI;

    /// <summary>Which ids of tool calls the service accepts.</summary>
    public ToolCallIdRules ToolCallIds { get; init; } = ToolCallIdRules.OpenAI;

    /// <summary>The part of JSON schema that the service understands.</summary>
    public SchemaDialect Schema { get; init; } = SchemaDialect.Full;

    /// <summary>Whether <c>top_k</c> is a field.</summary>
    public bool SendsTopK { get; init; }

    /// <summary>Whether authors' names are sent; several compatible servers refuse them.</summary>
    public bool SendsNames { get; init; }

    /// <summary>Whether a refusal of an earlier turn has a field of its own; else it goes back as text, which servers without the field would miss.</summary>
    public bool SendsRefusals { get; init; }

    /// <summary>Whether marks of what should be cached are sent, in Anthropic's form: the service hands them on to the vendors that need them.</summary>
    public bool SendsCacheMarks { get; init; }

    /// <summary>How sounds and files are written.</summary>
    public MediaParts Parts { get; init; }

    /// <summary>The field in which reasoning of earlier turns goes back; null when it does not.</summary>
    public string? ReasoningEchoField { get; init; }

    /// <summary>The field of the reasoning's own state (signatures, encrypted items), an array that has to come back as it was; null when the service has none.</summary>
    public string? ReasoningStateField { get; init; }

    /// <summary>Whether that field must stand beside tool calls even when nothing is known to go into it.</summary>
    public bool RequiresReasoningEcho { get; init; }

    /// <summary>How reasoning is switched on, off and up.</summary>
    public ReasoningDialect Reasoning { get; init; }

    /// <summary>Whether a stream must ask for its usage; some services send it unasked and refuse the question.</summary>
    public bool AsksStreamUsage { get; init; } = true;

    /// <summary>The field of the seed.</summary>
    public string SeedField { get; init; } = "seed";

    /// <summary>Where text completions are asked, below the endpoint.</summary>
    public string CompletionsPath { get; init; } = "/completions";

    /// <summary>Fields that the service's text completions lack.</summary>
    public IReadOnlyList<string> RefusedCompletionFields { get; init; } = [];

    /// <summary>Fields that the service refuses whatever the model.</summary>
    public IReadOnlyList<string> RefusedFields { get; init; } = [];

    /// <summary>Whether models write their thoughts into the text, between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c> at its start.</summary>
    public bool SplitsThinkTags { get; init; }

    /// <summary>Whether every fragment of a streamed tool call repeats the arguments from their beginning.</summary>
    public bool RepeatsArguments { get; init; }

    /// <summary>Whether arguments may arrive as JSON inside a JSON string.</summary>
    public bool UnwrapsArguments { get; init; }

    /// <summary>The field of an embedding's dimensions.</summary>
    public string DimensionsField { get; init; } = "dimensions";

    /// <summary>Whether embeddings are asked for in base64; both forms are read.</summary>
    public bool AsksBase64 { get; init; } = true;

    /// <summary>The field of how many results of a rerank call are wanted.</summary>
    public string RerankTopField { get; init; } = "top_n";

    /// <summary>The largest number of texts in one embeddings request.</summary>
    public int EmbeddingBatch { get; init; } = 2048;

    /// <summary>The largest number of tokens, estimated, in one embeddings request.</summary>
    public int EmbeddingBatchTokens { get; init; } = 300_000;

    /// <summary>What is known of the model that is called; a deployment's name says nothing of its model, which the catalogue may know.</summary>
    public ModelTraits TraitsOf(ProviderCall call) => ModelTraits.Of(TraitsName, NamesDeployments && call.Info is { } info ? info.Id[(info.Id.IndexOf('/', StringComparison.Ordinal) + 1)..] : call.Model);

    /// <summary>The mark of reasoning state: the service, and the vendor behind it, to whom alone the state means something. Null when the service has no such state.</summary>
    public string? ReasoningOriginOf(string model) =>
        ReasoningStateField is null ? null : $"{TraitsName ?? ReasoningStateField}:{(model.IndexOf('/', StringComparison.Ordinal) is > 0 and int at ? model[..at] : model)}";

    /// <summary>Whether the service refuses a field whatever the model.</summary>
    public bool Refuses(string field) => Names(RefusedFields, field);

    /// <summary>Whether the service's text completions lack a field.</summary>
    public bool CompletionsRefuse(string field) => Names(RefusedCompletionFields, field);

    private static bool Names(IReadOnlyList<string> fields, string field)
    {
        for (int i = 0; i < fields.Count; i++)
        {
            if (string.Equals(fields[i], field, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
