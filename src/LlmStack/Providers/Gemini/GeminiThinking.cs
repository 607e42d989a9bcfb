using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Thoughts and their opaque state, which has to come back with the part behind it, and only to this format.</summary>
internal static class GeminiThinking
{
    /// <summary>The mark of everything that only this format understands.</summary>
    public const string Origin = "gemini";

    /// <summary>What the format documents for calls that another model made.</summary>
    public const string NoState = "skip_thought_signature_validator";

    public static TextReasoningContent ToContent(string signature)
    {
        var content = new TextReasoningContent("");
        OpaqueState.Attach(content, Origin, signature);
        return content;
    }

    /// <summary>The first piece of a thought. It carries the mark: joining a stream keeps the properties of the first piece only.</summary>
    public static TextReasoningContent ToFirst(string text)
    {
        var content = new TextReasoningContent(text);
        OpaqueState.Tag(content, Origin);
        return content;
    }

    /// <summary>The state that this format wrote; null when another did, or none came with it.</summary>
    public static string? StateOf(TextReasoningContent thinking, AttemptReport report) => OpaqueState.Read(thinking, Origin, report);
}
