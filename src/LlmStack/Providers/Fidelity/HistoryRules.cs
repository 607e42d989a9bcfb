namespace LlmStack.Providers.Fidelity;

/// <summary>What a format demands of a conversation. Calls and their results are paired under all rules.</summary>
internal sealed record HistoryRules
{
    /// <summary>OpenAI and most servers that speak its format.</summary>
    public static readonly HistoryRules OpenAI = new() { AcceptsEmptyText = true };

    /// <summary>Claude models that continue a last assistant message.</summary>
    public static readonly HistoryRules Anthropic = new() { System = SystemPlacement.First, JoinsNeighbours = true, ResultsAreUserTurns = true, StartsWithUser = true };

    /// <summary>Claude models that refuse a last assistant message.</summary>
    public static readonly HistoryRules AnthropicWithoutPrefill = Anthropic with { EndsWithUser = true };

    /// <summary>Gemini and Vertex.</summary>
    public static readonly HistoryRules Gemini = new() { System = SystemPlacement.First, JoinsNeighbours = true, ResultsAreUserTurns = true };

    /// <summary>Bedrock Converse.</summary>
    public static readonly HistoryRules Bedrock = Anthropic;

    /// <summary>Bedrock Converse for models that refuse a last assistant message.</summary>
    public static readonly HistoryRules BedrockWithoutPrefill = AnthropicWithoutPrefill;

    /// <summary>Mistral.</summary>
    public static readonly HistoryRules Mistral = new() { AnswersToolsFirst = true };

    /// <summary>Perplexity: strict turns behind the system messages.</summary>
    public static readonly HistoryRules Perplexity = new() { System = SystemPlacement.First, JoinsNeighbours = true, StartsWithUser = true, EndsWithUser = true };

    /// <summary>Cohere.</summary>
    public static readonly HistoryRules Cohere = new();

    /// <summary>Ollama's own format.</summary>
    public static readonly HistoryRules Ollama = new() { AcceptsEmptyText = true };

    /// <summary>Where system messages may stand.</summary>
    public SystemPlacement System { get; init; }

    /// <summary>Whether empty texts may be sent.</summary>
    public bool AcceptsEmptyText { get; init; }

    /// <summary>Whether neighbours of the same role become one message.</summary>
    public bool JoinsNeighbours { get; init; }

    /// <summary>Whether tool results are part of the user's turn, in front of its other content.</summary>
    public bool ResultsAreUserTurns { get; init; }

    /// <summary>Whether the first message must be the user's.</summary>
    public bool StartsWithUser { get; init; }

    /// <summary>Whether the last message must be the user's or a tool's.</summary>
    public bool EndsWithUser { get; init; }

    /// <summary>Whether the assistant must speak between a tool's result and the user.</summary>
    public bool AnswersToolsFirst { get; init; }
}
