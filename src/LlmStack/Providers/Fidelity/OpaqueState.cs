using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>
/// State that only its vendor understands and that must come back unchanged: signatures of thoughts, encrypted reasoning. It is
/// marked with the format it came from, so that another vendor is never sent it.
/// </summary>
/// <remarks>Marks survive serialisation of the messages. State without a mark was put there by the user and is sent.</remarks>
internal static class OpaqueState
{
    private const string OriginKey = "llmstack.origin";
    private const string StateKey = "llmstack.state";

    /// <summary>Marks content as coming from a format.</summary>
    public static void Tag(AIContent content, string format) => (content.AdditionalProperties ??= [])[OriginKey] = format;

    /// <summary>Whether content says where it came from.</summary>
    public static bool HasMark(AIContent content) => TextOf(content, OriginKey) is not null;

    /// <summary>Whether content may be sent in a format: it came from there, or has no mark.</summary>
    public static bool BelongsTo(AIContent content, string format) =>
        TextOf(content, OriginKey) is not { } origin || string.Equals(origin, format, StringComparison.Ordinal);

    /// <summary>Keeps state with content and marks it: as <see cref="TextReasoningContent.ProtectedData"/>, else among the additional properties.</summary>
    public static void Attach(AIContent content, string format, string state)
    {
        if (content is TextReasoningContent reasoning)
        {
            reasoning.ProtectedData = state;
        }
        else
        {
            (content.AdditionalProperties ??= [])[StateKey] = state;
        }

        Tag(content, format);
    }

    /// <summary>Reads state that belongs to a format. Another vendor's is left out, and that is listed.</summary>
    public static string? Read(AIContent content, string format, AttemptReport report)
    {
        string? state = content is TextReasoningContent reasoning ? reasoning.ProtectedData : TextOf(content, StateKey);
        if (string.IsNullOrEmpty(state))
        {
            return null;
        }

        if (BelongsTo(content, format))
        {
            return state;
        }

        report.AddChange("reasoning state: dropped, it belongs to another vendor");
        return null;
    }

    private static string? TextOf(AIContent content, string key) =>
        content.AdditionalProperties is { } properties && properties.TryGetValue(key, out object? value)
            ? value switch
            {
                string text => text,
                JsonElement { ValueKind: JsonValueKind.String } element => element.GetString(),
                _ => null,
            }
            : null;
}
