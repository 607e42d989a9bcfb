using System.Text.Json;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Reads one event of a stream into fields that are reused for the next.</summary>
internal sealed class ResponsesEvent(ResponsesDocument response) : IWireDocument
{
    public ResponsesEventType Type { get; private set; }

    /// <summary>The item's place in the output; what belongs together is known by it, not by arrival. Null: the server names items by their ids alone.</summary>
    public long? OutputIndex { get; private set; }

    /// <summary>The item's id; null when it was not sent.</summary>
    public string? ItemId { get; private set; }

    public string? Delta { get; private set; }

    /// <summary>The item that began or ended.</summary>
    public JsonElement Item { get; private set; }

    /// <summary>The part of the reasoning's summary.</summary>
    public long SummaryIndex { get; private set; }

    public bool HasError { get; private set; }

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        Type = ResponsesEventType.Other;
        OutputIndex = null;
        string? known = ItemId;
        ItemId = null;
        Item = default;
        SummaryIndex = 0;
        Delta = null;
        HasError = false;
        bool hasType = false;
        var reader = new WireReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                hasType = reader.TokenType == JsonTokenType.String;
                Type = hasType ? TypeOf(ref reader) : Type;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                Delta = JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("output_index"u8))
            {
                reader.Read();
                OutputIndex = JsonText.GetCount(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("item_id"u8))
            {
                reader.Read();
                ItemId = JsonText.GetString(ref reader, known);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("summary_index"u8))
            {
                reader.Read();
                SummaryIndex = JsonText.GetCount(ref reader) ?? 0;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("item"u8))
            {
                reader.Read();
                Item = reader.TakeElement();
            }
            else if (reader.ValueTextEquals("response"u8))
            {
                reader.Read();
                response.Read(ref reader);
            }
            else
            {
                bool error = reader.ValueTextEquals("error"u8);
                reader.Read();
                HasError |= error && reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.String);
                reader.Skip();
            }
        }

        ItemId ??= ResponsesItems.Text(Item, "id");
        HasError |= Type == ResponsesEventType.Error;
        if (!hasType && HasError)
        {
            Type = ResponsesEventType.Error;
        }
    }

    private static ResponsesEventType TypeOf(ref WireReader reader)
    {
        ReadOnlySpan<byte> name = reader.ValueSpan;
        if (!name.StartsWith("response."u8))
        {
            return name.SequenceEqual("error"u8) ? ResponsesEventType.Error : ResponsesEventType.Other;
        }

        name = name["response.".Length..];
        return name.SequenceEqual("output_text.delta"u8) ? ResponsesEventType.TextDelta
            : name.SequenceEqual("function_call_arguments.delta"u8) ? ResponsesEventType.ArgumentsDelta
            : name.SequenceEqual("reasoning_summary_text.delta"u8) || name.SequenceEqual("reasoning_text.delta"u8) ? ResponsesEventType.ReasoningDelta
            : name.SequenceEqual("reasoning_summary_part.added"u8) ? ResponsesEventType.ReasoningPart
            : name.SequenceEqual("refusal.delta"u8) ? ResponsesEventType.RefusalDelta
            : name.SequenceEqual("output_item.added"u8) ? ResponsesEventType.ItemAdded
            : name.SequenceEqual("output_item.done"u8) ? ResponsesEventType.ItemDone
            : name.SequenceEqual("completed"u8) || name.SequenceEqual("incomplete"u8) ? ResponsesEventType.Terminal
            : name.SequenceEqual("failed"u8) || name.SequenceEqual("cancelled"u8) ? ResponsesEventType.Failed
            : name.SequenceEqual("created"u8) || name.SequenceEqual("in_progress"u8) || name.SequenceEqual("queued"u8) ? ResponsesEventType.Progress
            : ResponsesEventType.Other;
    }
}
