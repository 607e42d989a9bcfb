using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>Reads one event of a stream, or a whole answer, into fields that are reused for the next.</summary>
internal sealed class CohereDocument : IWireDocument
{
    private readonly CohereMessage _message = new();
    private long _index;

    /// <summary>The event's type; null for a whole answer.</summary>
    public string? Type { get; private set; }

    public string? Id { get; private set; }

    public CohereMessage Message => _message;

    public string? FinishReason { get; private set; }

    public UsageDetails? Usage { get; private set; }

    /// <summary>Log probabilities, or undefined.</summary>
    public JsonElement LogProbabilities => _logProbabilities?.ToElement() ?? default;

    private JoinedLogProbabilities? _logProbabilities;

    public bool HasError { get; private set; }

    public bool HasMessage { get; private set; }

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        Type = null;
        HasMessage = false;
        _index = 0;
        _message.Clear();
        var reader = new WireReader(json);
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadObject(ref reader);
        }

        _message.Place(Type is null ? null : _index);
    }

    private void ReadObject(ref WireReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadObject(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                HasMessage |= reader.TokenType == JsonTokenType.StartObject;
                HasError |= reader.TokenType == JsonTokenType.String;
                _message.Read(ref reader);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                Usage = CohereUsage.Read(ref reader) ?? Usage;
            }
            else
            {
                ReadFact(ref reader);
            }
        }
    }

    private void ReadFact(ref WireReader reader)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            reader.Read();
            Type = JsonText.GetString(ref reader, Type);
        }
        else if (reader.ValueTextEquals("index"u8))
        {
            reader.Read();
            _index = JsonText.GetCount(ref reader) ?? 0;
        }
        else if (reader.ValueTextEquals("id"u8))
        {
            reader.Read();
            Id = JsonText.GetString(ref reader, Id) ?? Id;
        }
        else if (reader.ValueTextEquals("finish_reason"u8))
        {
            reader.Read();
            FinishReason = JsonText.GetString(ref reader) ?? FinishReason;
        }
        else if (reader.ValueTextEquals("logprobs"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                // A stream has one piece where a whole answer has the list of them.
                (_logProbabilities ??= new JoinedLogProbabilities()).Add(JsonElement.Parse($"[{reader.TakeElement().GetRawText()}]"));
            }
            else if (reader.TokenType == JsonTokenType.StartArray)
            {
                (_logProbabilities ??= new JoinedLogProbabilities()).Add(reader.TakeElement());
            }
        }
        else
        {
            bool error = reader.ValueTextEquals("error"u8);
            reader.Read();
            HasError |= error && (reader.TokenType == JsonTokenType.StartObject || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0));
        }

        reader.Skip();
    }
}
