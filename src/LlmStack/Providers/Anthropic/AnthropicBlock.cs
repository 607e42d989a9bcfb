using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>One content block as it was sent.</summary>
internal sealed class AnthropicBlock
{
    public AnthropicBlockKind Kind { get; private set; }

    /// <summary>The text, or the thinking.</summary>
    public string? Text { get; private set; }

    /// <summary>The signature of a thinking block, or the data of a redacted one.</summary>
    public string? Opaque { get; private set; }

    public string? Id { get; private set; }

    public string? Name { get; private set; }

    /// <summary>The input of a tool call, as JSON; null when it is empty.</summary>
    public string? Input { get; private set; }

    public List<AIAnnotation>? Citations { get; private set; }

    /// <summary>The whole block, when its kind is <see cref="AnthropicBlockKind.Raw"/>.</summary>
    public JsonElement Whole { get; private set; }

    public static AnthropicBlock? Read(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        WireReader start = reader;
        var block = new AnthropicBlock();
        string? thinking = null, signature = null, data = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                block.Kind = KindAt(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("text"u8))
            {
                block.Text = TextAt(ref reader);
            }
            else if (reader.ValueTextEquals("thinking"u8))
            {
                thinking = TextAt(ref reader);
            }
            else if (reader.ValueTextEquals("signature"u8))
            {
                signature = TextAt(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                data = TextAt(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                block.Id = TextAt(ref reader);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                block.Name = TextAt(ref reader);
            }
            else if (reader.ValueTextEquals("input"u8))
            {
                reader.Read();
                block.Input = InputAt(ref reader);
            }
            else if (reader.ValueTextEquals("citations"u8))
            {
                reader.Read();
                block.Citations = AnthropicCitations.Read(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        block.Text ??= thinking;
        block.Opaque = signature ?? data;
        if (block.Kind == AnthropicBlockKind.Raw)
        {
            block.Whole = start.TakeElement();
        }

        return block;
    }

    private static AnthropicBlockKind KindAt(ref WireReader reader) =>
        reader.TokenType != JsonTokenType.String ? AnthropicBlockKind.Raw
        : reader.ValueTextEquals("text"u8) ? AnthropicBlockKind.Text
        : reader.ValueTextEquals("thinking"u8) ? AnthropicBlockKind.Thinking
        : reader.ValueTextEquals("redacted_thinking"u8) ? AnthropicBlockKind.RedactedThinking
        : reader.ValueTextEquals("tool_use"u8) ? AnthropicBlockKind.ToolUse
        : AnthropicBlockKind.Raw;

    private static string? TextAt(ref WireReader reader)
    {
        reader.Read();
        string? text = JsonText.GetString(ref reader);
        reader.Skip();
        return text;
    }

    private static string? InputAt(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        using JsonDocument document = reader.TakeDocument();
        JsonElement.ObjectEnumerator fields = document.RootElement.EnumerateObject();
        return fields.MoveNext() ? document.RootElement.GetRawText() : null;
    }
}
