using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>
/// Writes a conversation as the format's <c>contents</c>. There are two roles, and neighbours of one role become one content: all results
/// of one turn have to stand in the same.
/// </summary>
internal ref struct GeminiMessageWriter(Utf8JsonWriter writer, GeminiPartWriter parts)
{
    private bool _model;
    private bool _open;
    private string? _state;

    public void Write(IReadOnlyList<ChatMessage> messages)
    {
        writer.WriteStartArray();
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role != ChatRole.System)
            {
                Write(messages[i]);
            }
        }

        Close();
        writer.WriteEndArray();
    }

    private void Write(ChatMessage message)
    {
        bool model = message.Role == ChatRole.Assistant;
        IList<AIContent> list = message.Contents;
        bool needsState = model && parts.NeedsState;
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is TextReasoningContent thinking)
            {
                // Thoughts are not sent back; their state goes with the part behind them.
                _state = model ? GeminiThinking.StateOf(thinking) ?? _state : null;
            }
            else if (parts.CanWrite(list[i]))
            {
                Open(model);
                if (list[i] is FunctionCallContent)
                {
                    // Of calls made side by side only the first carries the state.
                    _state ??= needsState ? GeminiThinking.NoState : null;
                    needsState = false;
                }

                parts.Write(writer, list[i], _state);
                _state = null;
            }
        }

        if (_state is { } left)
        {
            Open(model);
            GeminiPartWriter.WriteText(writer, "", left);
            _state = null;
        }
    }

    private void Open(bool model)
    {
        if (_open && _model == model)
        {
            return;
        }

        Close();
        _open = true;
        _model = model;
        writer.WriteStartObject();
        writer.WriteString("role"u8, model ? "model"u8 : "user"u8);
        writer.WriteStartArray("parts"u8);
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
}
