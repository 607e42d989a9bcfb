using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Thinking and its opaque state, which has to go back unchanged, and only to this format.</summary>
internal static class AnthropicThinking
{
    /// <summary>The mark of everything that only this format understands.</summary>
    public const string Origin = "anthropic";

    private const string RedactedKey = "anthropic.redacted";

    /// <summary>The first piece of a thought. It carries the mark: joining a stream keeps the properties of the first piece only.</summary>
    public static TextReasoningContent ToContent(string text, string? signature = null)
    {
        var content = new TextReasoningContent(text);
        if (signature is null)
        {
            OpaqueState.Tag(content, Origin);
        }
        else
        {
            OpaqueState.Attach(content, Origin, signature);
        }

        return content;
    }

    public static TextReasoningContent ToRedacted(string data)
    {
        var content = new TextReasoningContent("");
        OpaqueState.Attach(content, Origin, data);
        content.AdditionalProperties![RedactedKey] = true;
        return content;
    }

    /// <summary>The opaque state of a thought of this format; null when there is none that can be sent.</summary>
    /// <remarks>The vendor's own client leaves redacted thoughts without text and without a mark.</remarks>
    public static string? StateOf(TextReasoningContent thinking, AttemptReport report, out bool redacted)
    {
        AdditionalPropertiesDictionary? properties = thinking.AdditionalProperties;
        redacted = properties is null
            ? string.IsNullOrEmpty(thinking.Text)
            : properties.TryGetValue(RedactedKey, out object? mark) && mark is true or JsonElement { ValueKind: JsonValueKind.True };
        return OpaqueState.Read(thinking, Origin, report);
    }
}
