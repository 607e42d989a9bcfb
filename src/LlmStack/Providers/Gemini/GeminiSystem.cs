using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Instructions and system messages, which the format has in one place.</summary>
internal static class GeminiSystem
{
    /// <summary>All of them as one text; null when there are none.</summary>
    public static string? TextOf(IReadOnlyList<ChatMessage> messages, string? instructions)
    {
        string? first = string.IsNullOrWhiteSpace(instructions) ? null : instructions;
        StringBuilder? more = null;
        for (int i = 0; i < messages.Count; i++)
        {
            if (!HistoryCheck.IsSystem(messages[i]) || messages[i].Text is not { Length: > 0 } text || string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            if (first is null)
            {
                first = text;
            }
            else
            {
                (more ??= new StringBuilder(first)).Append("\n\n").Append(text);
            }
        }

        return more?.ToString() ?? first;
    }

    public static void Write(Utf8JsonWriter writer, string text)
    {
        writer.WriteStartObject("systemInstruction"u8);
        writer.WriteStartArray("parts"u8);
        GeminiPartWriter.WriteText(writer, text, state: null);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
