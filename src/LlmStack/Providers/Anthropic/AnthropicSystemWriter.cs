using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes instructions and system messages as the one <c>system</c> that the format has.</summary>
internal ref struct AnthropicSystemWriter(Utf8JsonWriter writer, CacheMarks marks)
{
    private bool _open;

    /// <param name="messages">The conversation, whose system messages are taken.</param>
    /// <param name="instructions">The call's instructions, or null.</param>
    /// <param name="wishes">What the model is told in words because it cannot be told otherwise, or null.</param>
    public void Write(IReadOnlyList<ChatMessage> messages, string? instructions, string? wishes)
    {
        WriteText(instructions, null);
        for (int i = 0; i < messages.Count; i++)
        {
            if (!HistoryCheck.IsSystem(messages[i]))
            {
                continue;
            }

            IList<AIContent> contents = messages[i].Contents;
            for (int j = 0; j < contents.Count; j++)
            {
                WriteText((contents[j] as TextContent)?.Text, contents[j].AdditionalProperties);
            }
        }

        WriteText(wishes, null);
        if (_open)
        {
            writer.WriteEndArray();
        }
    }

    private void WriteText(string? text, AdditionalPropertiesDictionary? properties)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        if (!_open)
        {
            _open = true;
            writer.WriteStartArray("system"u8);
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "text"u8);
        writer.WriteString("text"u8, text);
        marks.Write(writer, properties);
        writer.WriteEndObject();
    }
}
