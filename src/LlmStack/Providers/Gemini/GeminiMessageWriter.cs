using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>
/// Writes a conversation as the format's <c>contents</c>. There are two roles, and neighbours of one role become one content: all results
/// of one turn have to stand in the same.
/// </summary>
/// <param name="writer">Where to.</param>
/// <param name="parts">Writes the parts.</param>
/// <param name="leading">What the first user's content begins with, for models without system instructions; null for nothing.</param>
internal ref struct GeminiMessageWriter(Utf8JsonWriter writer, GeminiPartWriter parts, string? leading)
{
    private bool _model;
    private bool _open;
    private bool _any;
    private string? _state;
    private string? _leading = leading;

    public void Write(IReadOnlyList<ChatMessage> messages)
    {
        writer.WriteStartArray();
        for (int i = 0; i < messages.Count; i++)
        {
            if (!HistoryCheck.IsSystem(messages[i]))
            {
                Write(messages[i]);
            }
        }

        Close();
        writer.WriteEndArray();
        if (!_any)
        {
            throw FieldPolicy.Refusal("Messages", "at least one message beside the instructions is needed");
        }
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
                _state = model ? GeminiThinking.StateOf(thinking, parts.Report) ?? _state : null;
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
        _any = true;
        if (!model && _leading is { } text)
        {
            GeminiPartWriter.WriteText(writer, text, state: null);
            _leading = null;
        }
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
