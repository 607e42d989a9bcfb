using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes instructions and system messages as the one <c>system</c> that the format has.</summary>
internal static class AnthropicSystemWriter
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<ChatMessage> messages, string? instructions)
    {
        bool open = false;
        WriteText(writer, instructions, ref open);
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role != ChatRole.System)
            {
                continue;
            }

            IList<AIContent> contents = messages[i].Contents;
            for (int j = 0; j < contents.Count; j++)
            {
                WriteText(writer, (contents[j] as TextContent)?.Text, ref open);
            }
        }

        if (open)
        {
            writer.WriteEndArray();
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string? text, ref bool open)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        if (!open)
        {
            open = true;
            writer.WriteStartArray("system"u8);
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "text"u8);
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
    }
}
