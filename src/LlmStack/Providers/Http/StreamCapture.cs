using System.Text;
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Collects a streamed answer as the message it would have been without streaming; also when the stream is cut.</summary>
internal sealed class StreamCapture(bool plainText) : IDisposable
{
    private readonly PooledBuffer _text = new(1024);
    private PooledBuffer? _reasoning;
    private bool _written;

    public void AddText(string? text)
    {
        if (text is not null)
        {
            Append(_text, text);
        }
    }

    public void AddReasoning(string? text)
    {
        if (text is not null)
        {
            Append(_reasoning ??= new PooledBuffer(1024), text);
        }
    }

    /// <summary>Hands the message on, once.</summary>
    public void Write(IContentCapture capture, ToolCallAssembler? tools, StringBuilder? refusal)
    {
        if (_written)
        {
            return;
        }

        _written = true;
        if (_text.Length == 0 && _reasoning is null && tools is null && refusal is null)
        {
            return;
        }

        using var output = new PooledBuffer(_text.Length + 512);
        Utf8JsonWriter writer = JsonWriterCache.Rent(output);
        if (plainText)
        {
            EscapedText.Write(writer, _text.WrittenSpan);
        }
        else
        {
            WriteMessage(writer, tools, refusal);
        }

        writer.Flush();
        JsonWriterCache.Return(writer);
        capture.SetOutput(output.WrittenSpan);
    }

    public void Dispose()
    {
        _text.Dispose();
        _reasoning?.Dispose();
    }

    private void WriteMessage(Utf8JsonWriter writer, ToolCallAssembler? tools, StringBuilder? refusal)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, "assistant"u8);
        if (_text.Length > 0)
        {
            writer.WritePropertyName("content"u8);
            EscapedText.Write(writer, _text.WrittenSpan);
        }

        if (_reasoning is not null)
        {
            writer.WritePropertyName("reasoning_content"u8);
            EscapedText.Write(writer, _reasoning.WrittenSpan);
        }

        if (refusal is not null)
        {
            writer.WriteString("refusal"u8, refusal.ToString());
        }

        if (tools is not null)
        {
            WriteTools(writer, tools);
        }

        writer.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter writer, ToolCallAssembler tools)
    {
        writer.WriteStartArray("tool_calls"u8);
        for (int i = 0; i < tools.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, tools.IdAt(i));
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, tools.NameAt(i));
            writer.WriteString("arguments"u8, tools.ArgumentsAt(i));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Append(PooledBuffer buffer, string text)
    {
        Span<byte> room = buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        buffer.Advance(Encoding.UTF8.GetBytes(text, room));
    }
}
