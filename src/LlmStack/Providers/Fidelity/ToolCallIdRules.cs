using System.Buffers;

namespace LlmStack.Providers.Fidelity;

/// <summary>Which ids of tool calls a format accepts.</summary>
internal sealed class ToolCallIdRules
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphanumeric);
    private static readonly SearchValues<char> LettersAndMarks = SearchValues.Create(Alphanumeric + "_-");

    /// <summary>Chat completions: up to 40 characters of any kind.</summary>
    public static readonly ToolCallIdRules OpenAI = new(null, 1, 40);

    /// <summary>Responses: up to 64 letters, digits, underscores and dashes.</summary>
    public static readonly ToolCallIdRules OpenAIResponses = new(LettersAndMarks, 1, 64);

    /// <summary>Letters, digits, underscores and dashes; Bedrock's limit of 64 holds for both.</summary>
    public static readonly ToolCallIdRules Anthropic = new(LettersAndMarks, 1, 64);

    /// <summary>As <see cref="Anthropic"/>.</summary>
    public static readonly ToolCallIdRules Bedrock = Anthropic;

    /// <summary>Exactly nine letters and digits.</summary>
    public static readonly ToolCallIdRules Mistral = new(Letters, 9, 9);

    private readonly SearchValues<char>? _alphabet;

    private ToolCallIdRules(SearchValues<char>? alphabet, int minLength, int maxLength)
    {
        _alphabet = alphabet;
        MinLength = minLength;
        MaxLength = maxLength;
    }

    public int MinLength { get; }

    public int MaxLength { get; }

    public bool Fits(string id) =>
        id.Length >= MinLength && id.Length <= MaxLength && (_alphabet is null || !id.AsSpan().ContainsAnyExcept(_alphabet));
}
