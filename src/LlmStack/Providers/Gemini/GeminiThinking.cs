using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>The opaque state of thoughts, which has to come back with the part behind it, and only to this format.</summary>
internal static class GeminiThinking
{
    /// <summary>What the format documents for calls that another model made.</summary>
    public const string NoState = "skip_thought_signature_validator";

    private const string Signature = "gemini:";

    public static TextReasoningContent ToContent(string signature) => new("") { ProtectedData = Signature + signature };

    /// <summary>The state that this format wrote; null when another did, or none came with it.</summary>
    public static string? StateOf(TextReasoningContent thinking) =>
        thinking.ProtectedData is { } data && data.StartsWith(Signature, StringComparison.Ordinal) ? data[Signature.Length..] : null;
}
