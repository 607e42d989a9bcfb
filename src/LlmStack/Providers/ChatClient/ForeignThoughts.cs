using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.ChatClient;

/// <summary>Reasoning state that passes through somebody's chat client: marked with the provider it came from, and kept from every other.</summary>
internal static class ForeignThoughts
{
    /// <summary>Marks the thoughts of an answer. A mark that is there already says more.</summary>
    public static void Tag(IList<AIContent> contents, string origin)
    {
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is TextReasoningContent thought && !OpaqueState.HasMark(thought))
            {
                OpaqueState.Tag(thought, origin);
            }
        }
    }

    /// <summary>The messages without the state of other vendors; the same instance when there is none.</summary>
    public static IReadOnlyList<ChatMessage> Strip(IReadOnlyList<ChatMessage> messages, string origin, AttemptReport report)
    {
        ChatMessage[]? stripped = null;
        for (int i = 0; i < messages.Count; i++)
        {
            if (!HasForeign(messages[i].Contents, origin))
            {
                continue;
            }

            stripped ??= [.. messages];
            ChatMessage clone = messages[i].Clone();
            clone.Contents = Without(messages[i].Contents, origin, report);
            stripped[i] = clone;
        }

        return stripped ?? messages;
    }

    private static bool HasForeign(IList<AIContent> contents, string origin)
    {
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is TextReasoningContent { ProtectedData.Length: > 0 } thought && !OpaqueState.BelongsTo(thought, origin))
            {
                return true;
            }
        }

        return false;
    }

    private static List<AIContent> Without(IList<AIContent> contents, string origin, AttemptReport report)
    {
        var kept = new List<AIContent>(contents.Count);
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not TextReasoningContent { ProtectedData.Length: > 0 } thought || OpaqueState.Read(thought, origin, report) is not null)
            {
                kept.Add(contents[i]);
            }
            else if (thought.Text.Length > 0)
            {
                kept.Add(new TextReasoningContent(thought.Text));
            }
        }

        return kept;
    }
}
