using System.Text.Json;

namespace LlmStack.Providers.Gemini;

/// <summary>One part of a candidate's content.</summary>
internal struct GeminiPart
{
    public int Candidate;
    public string? Text;

    /// <summary>Whether the text is a summary of thoughts.</summary>
    public bool IsThought;

    /// <summary>The opaque state that has to come back with this part.</summary>
    public string? Signature;
    public bool HasCall;
    public string? CallId;
    public string? CallName;

    /// <summary>The arguments of a call, as JSON.</summary>
    public string? CallArguments;

    /// <summary>Arguments that come in pieces, each with its path; <c>Undefined</c> when they came whole.</summary>
    public JsonElement PartialArguments;
    public bool WillContinue;
    public string? MediaType;
    public byte[]? Data;

    /// <summary>A part of a kind that is the provider's own business; <c>Undefined</c> for the others.</summary>
    public JsonElement Whole;
}
