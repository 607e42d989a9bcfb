using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>
/// Writes a conversation as the format's <c>messages</c>. There are two roles, whose turns alternate: neighbours of one role become one
/// message, and a message of which nothing can be sent is left out.
/// </summary>
internal ref struct AnthropicMessageWriter(Utf8JsonWriter writer, AnthropicContentWriter contents)
{
    private bool _assistant;
    private bool _open;

    public void Write(IReadOnlyList<ChatMessage> messages)
    {
        writer.WriteStartArray();
        for (int i = 0; i < messages.Count; i++)
        {
            ChatMessage message = messages[i];
            if (!HistoryCheck.IsSystem(message))
            {
                Write(message, isLast: i == messages.Count - 1);
            }
        }

        Close();
        writer.WriteEndArray();
    }

    private void Write(ChatMessage message, bool isLast)
    {
        bool assistant = message.Role == ChatRole.Assistant;
        IList<AIContent> list = message.Contents;
        int last = assistant && isLast ? LastText(list) : -1;
        for (int i = 0; i < list.Count; i++)
        {
            if (contents.CanWrite(list[i], assistant))
            {
                Open(assistant);
                contents.Write(writer, list[i], assistant, trimEnd: i == last);
            }
        }
    }

    private void Open(bool assistant)
    {
        if (_open && _assistant == assistant)
        {
            return;
        }

        Close();
        _open = true;
        _assistant = assistant;
        writer.WriteStartObject();
        writer.WriteString("role"u8, assistant ? "assistant"u8 : "user"u8);
        writer.WriteStartArray("content"u8);
    }

    private void Close()
    {
        if (_open)
        {
            writer.WriteEndArray();
            writer.WriteEndObject();
            _open = false;
        }
    }

    /// <summary>A text that the model is to continue may not end in blanks.</summary>
    private static int LastText(IList<AIContent> list)
    {
        int last = list.Count - 1;
        return last >= 0 && list[last] is TextContent ? last : -1;
    }
}
