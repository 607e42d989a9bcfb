using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Reads one JSON document of the format, a whole answer or one event, into fields that are reused for the next.</summary>
/// <remarks>Identity, usage and the reason for stopping stay from earlier events; the rest is the last document's.</remarks>
internal sealed class AnthropicDocument(string requestedModel) : IWireDocument
{
    private AnthropicDelta _delta;
    private AnthropicUsage _usage;

    public string? Id { get; private set; }

    public string? Model { get; private set; }

    public string? StopReason { get; private set; }

    /// <summary>Why the model refused, when it said so.</summary>
    public string? Refusal { get; private set; }

    /// <summary>What the refusal was about, for instance <c>cyber</c>.</summary>
    public string? RefusalCategory { get; private set; }

    public string? ServiceTier => _usage.ServiceTier;

    public AnthropicEventType Type { get; private set; }

    /// <summary>Which block an event is about.</summary>
    public long Index { get; private set; }

    public ref readonly AnthropicDelta Delta => ref _delta;

    /// <summary>The block that an event begins.</summary>
    public AnthropicBlock? Block { get; private set; }

    /// <summary>The blocks of a whole answer; null when it has no <c>content</c>.</summary>
    public List<AnthropicBlock>? Content { get; private set; }

    public bool HasError { get; private set; }

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        Clear();
        var reader = new WireReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadRoot(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Takes an event of which only the text was read.</summary>
    public void Repeat(string text)
    {
        Clear();
        Type = AnthropicEventType.BlockDelta;
        _delta.Text = text;
    }

    public UsageDetails? Usage() => _usage.ToDetails();

    private void Clear()
    {
        Type = AnthropicEventType.Other;
        Index = 0;
        Block = null;
        Content = null;
        HasError = false;
        _delta = default;
    }

    private void ReadRoot(ref WireReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                Type = TypeAt(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                Index = JsonText.GetCount(ref reader) ?? 0;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                ReadDelta(ref reader);
            }
            else if (reader.ValueTextEquals("content_block"u8))
            {
                reader.Read();
                Block = AnthropicBlock.Read(ref reader);
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                ReadMessage(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                HasError = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
                reader.Skip();
            }
            else
            {
                ReadField(ref reader);
            }
        }
    }

    private void ReadDelta(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!_delta.TryRead(ref reader))
            {
                ReadField(ref reader);
            }
        }
    }

    private void ReadMessage(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadField(ref reader);
        }
    }

    /// <summary>The fields of a message; its first and its last event repeat some of them.</summary>
    private void ReadField(ref WireReader reader)
    {
        if (reader.ValueTextEquals("usage"u8))
        {
            reader.Read();
            _usage.Read(ref reader);
        }
        else if (reader.ValueTextEquals("stop_reason"u8))
        {
            reader.Read();
            StopReason = JsonText.GetString(ref reader, StopReason) ?? StopReason;
            reader.Skip();
        }
        else if (reader.ValueTextEquals("stop_details"u8))
        {
            reader.Read();
            ReadStopDetails(ref reader);
        }
        else if (reader.ValueTextEquals("id"u8))
        {
            reader.Read();
            Id = JsonText.GetString(ref reader) ?? Id;
            reader.Skip();
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            reader.Read();
            Model = JsonText.GetString(ref reader, requestedModel) is { Length: > 0 } model ? model : Model;
            reader.Skip();
        }
        else if (reader.ValueTextEquals("content"u8))
        {
            reader.Read();
            ReadContent(ref reader);
        }
        else
        {
            reader.Read();
            reader.Skip();
        }
    }

    private void ReadContent(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        Content = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (AnthropicBlock.Read(ref reader) is { } block)
            {
                Content.Add(block);
            }
        }
    }

    private void ReadStopDetails(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool explanation = reader.ValueTextEquals("explanation"u8);
            bool category = reader.ValueTextEquals("category"u8);
            reader.Read();
            Refusal = (explanation ? JsonText.GetString(ref reader) : null) ?? Refusal;
            RefusalCategory = (category ? JsonText.GetString(ref reader) : null) ?? RefusalCategory;
            reader.Skip();
        }
    }

    private static AnthropicEventType TypeAt(ref WireReader reader) =>
        reader.TokenType != JsonTokenType.String ? AnthropicEventType.Other
        : reader.ValueTextEquals("content_block_delta"u8) ? AnthropicEventType.BlockDelta
        : reader.ValueTextEquals("content_block_start"u8) ? AnthropicEventType.BlockStart
        : reader.ValueTextEquals("content_block_stop"u8) ? AnthropicEventType.BlockStop
        : reader.ValueTextEquals("message_start"u8) ? AnthropicEventType.MessageStart
        : reader.ValueTextEquals("message_delta"u8) ? AnthropicEventType.MessageDelta
        : reader.ValueTextEquals("message_stop"u8) ? AnthropicEventType.MessageStop
        : reader.ValueTextEquals("message"u8) ? AnthropicEventType.Message
        : reader.ValueTextEquals("error"u8) ? AnthropicEventType.Error
        : AnthropicEventType.Other;
}
