using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>What one choice said in one message or delta.</summary>
internal struct ChatPiece
{
    public int Choice;
    public string? Text;
    public string? Reasoning;
    public string? Refusal;
    public string? Finish;
    public bool HasToolCalls;
    public AudioPiece? Audio;
    public List<AIAnnotation>? Citations;
    public JsonElement? ContentFilter;

    /// <summary>Where the reasoning's own state lies in the document, as an array; empty when there is none.</summary>
    public Range ReasoningState;

    /// <summary>Where the log probabilities lie in the document; empty when there are none.</summary>
    public Range LogProbabilities;
}
