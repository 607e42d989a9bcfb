using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Reads a whole answer, or the payload of one event, into fields that are reused for the next.</summary>
internal sealed class BedrockDocument : IWireDocument
{
    /// <summary>The blocks of a whole answer, or undefined.</summary>
    public JsonElement Content { get; private set; }

    public string? StopReason { get; private set; }

    public UsageDetails? Usage { get; private set; }

    public string? ServiceTier { get; private set; }

    /// <summary>The traces of guardrails, or undefined.</summary>
    public JsonElement Trace { get; private set; }

    public long Index { get; private set; }

    public string? Text { get; private set; }

    public string? Reasoning { get; private set; }

    public string? Signature { get; private set; }

    public string? Redacted { get; private set; }

    public string? ToolId { get; private set; }

    public string? ToolName { get; private set; }

    public string? ToolInput { get; private set; }

    /// <summary>A citation of a delta, or undefined.</summary>
    public JsonElement Citation { get; private set; }

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        Index = 0;
        Text = Reasoning = Signature = Redacted = ToolId = ToolName = ToolInput = null;
        Citation = default;
        var reader = new WireReader(json);
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadObject(ref reader);
        }
    }

    /// <summary>The names of the format are unambiguous, whatever known object they lie in.</summary>
    private void ReadObject(ref WireReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                Usage = BedrockUsage.Read(ref reader) ?? Usage;
            }
            else if (reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("citation"u8) || reader.ValueTextEquals("trace"u8))
            {
                ReadElement(ref reader);
            }
            else if (reader.ValueTextEquals("serviceTier"u8))
            {
                reader.Read();
                ServiceTier = reader.TokenType == JsonTokenType.StartObject && reader.TakeElement().TryGetProperty("type", out JsonElement tier) ? tier.ToString() : ServiceTier;
            }
            else if (reader.ValueTextEquals("contentBlockIndex"u8))
            {
                reader.Read();
                Index = JsonText.GetCount(ref reader) ?? 0;
            }
            else
            {
                ReadText(ref reader);
            }
        }
    }

    private void ReadElement(ref WireReader reader)
    {
        bool content = reader.ValueTextEquals("content"u8);
        bool citation = reader.ValueTextEquals("citation"u8);
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return;
        }

        JsonElement value = reader.TakeElement();
        Content = content ? value : Content;
        Citation = citation ? value : Citation;
        Trace = !content && !citation ? value : Trace;
    }

    private void ReadText(ref WireReader reader)
    {
        bool inReasoning = reader.ValueTextEquals("reasoningContent"u8);
        int field = reader.ValueTextEquals("text"u8) ? 1
            : reader.ValueTextEquals("input"u8) ? 2
            : reader.ValueTextEquals("signature"u8) ? 3
            : reader.ValueTextEquals("redactedContent"u8) ? 4
            : reader.ValueTextEquals("toolUseId"u8) ? 5
            : reader.ValueTextEquals("name"u8) ? 6
            : reader.ValueTextEquals("stopReason"u8) ? 7
            : 0;
        bool isKnown = inReasoning || (field == 0 && IsWrapper(ref reader));
        reader.Read();
        if (isKnown && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadObject(ref reader);
            if (inReasoning)
            {
                Reasoning = Text;
                Text = null;
            }

            return;
        }

        if (reader.TokenType == JsonTokenType.String && field > 0)
        {
            Set(field, JsonText.GetString(ref reader));
        }

        reader.Skip();
    }

    /// <summary>The objects that are looked into; what lies in others, also in a model's own fields, is not the format's.</summary>
    private static bool IsWrapper(ref WireReader reader) =>
        reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("toolUse"u8) || reader.ValueTextEquals("start"u8) || reader.ValueTextEquals("output"u8) || reader.ValueTextEquals("message"u8);

    private void Set(int field, string? value)
    {
        switch (field)
        {
            case 1:
                Text = value;
                break;
            case 2:
                ToolInput = value;
                break;
            case 3:
                Signature = value;
                break;
            case 4:
                Redacted = value;
                break;
            case 5:
                ToolId = value;
                break;
            case 6:
                ToolName = value;
                break;
            default:
                StopReason = value;
                break;
        }
    }
}
