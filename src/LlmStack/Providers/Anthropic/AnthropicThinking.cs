using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Thinking and its opaque state, which has to go back unchanged, and only to this format.</summary>
internal static class AnthropicThinking
{
    private const string Signature = "anthropic:";
    private const string Redacted = "anthropic.redacted:";

    public static TextReasoningContent ToContent(string text, string? signature) =>
        new(text) { ProtectedData = signature is null ? null : Signature + signature };

    public static TextReasoningContent ToRedacted(string data) => new("") { ProtectedData = Redacted + data };

    /// <summary>The opaque state of thinking that this format wrote; null when another did, or none came with it.</summary>
    public static string? StateOf(TextReasoningContent thinking, out bool redacted)
    {
        string? data = thinking.ProtectedData;
        redacted = data?.StartsWith(Redacted, StringComparison.Ordinal) == true;
        return redacted ? data![Redacted.Length..]
            : data?.StartsWith(Signature, StringComparison.Ordinal) == true ? data[Signature.Length..]
            : null;
    }
}
