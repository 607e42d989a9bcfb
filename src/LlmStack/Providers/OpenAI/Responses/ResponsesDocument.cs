using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Reads a response object: a whole answer, or the one that a stream's first and last events carry.</summary>
internal sealed class ResponsesDocument(string requestedModel) : IWireDocument
{
    private decimal? _reportedCost;
    private UsageReader _usage;

    public string? Id { get; private set; }

    public string? Model { get; private set; }

    public DateTimeOffset? Created { get; private set; }

    public string? Status { get; private set; }

    /// <summary>Why the answer is incomplete; null when it is not.</summary>
    public string? Incomplete { get; private set; }

    public string? ServiceTier { get; private set; }

    public UsageDetails? Usage => _usage.Details;

    /// <summary>What the provider says the call costs, in US dollars; null when it says nothing.</summary>
    public decimal? ReportedCost => _reportedCost;

    /// <summary>The items, or undefined.</summary>
    public JsonElement Output { get; private set; }

    public bool HasError { get; private set; }

    /// <summary>Whether the server keeps the response, so that it can be continued by its id.</summary>
    public bool IsStored { get; private set; }

    /// <summary>The server's conversation; null when there is none.</summary>
    public string? Conversation { get; private set; }

    /// <summary>The provider's own word for why generation ended.</summary>
    public string? RawFinish => Incomplete ?? Status;

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        var reader = new WireReader(json);
        reader.Read();
        Read(ref reader);
    }

    /// <summary>Reads the object at the reader. What a later object leaves out stays from an earlier one.</summary>
    public void Read(ref WireReader reader)
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

    private void ReadField(ref WireReader reader)
    {
        if (reader.ValueTextEquals("output"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                Output = reader.TakeElement();
            }
        }
        else if (reader.ValueTextEquals("usage"u8))
        {
            reader.Read();
            _usage.Take(ref reader, ref _reportedCost);
            return;
        }
        else if (reader.ValueTextEquals("id"u8))
        {
            reader.Read();
            Id = JsonText.GetString(ref reader, Id) ?? Id;
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            reader.Read();
            Model = JsonText.GetString(ref reader, Model ?? requestedModel) ?? Model;
        }
        else if (reader.ValueTextEquals("created_at"u8))
        {
            reader.Read();
            Created ??= JsonText.GetCount(ref reader) is > 0 and < 253_402_300_800 and long seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }
        else if (reader.ValueTextEquals("status"u8))
        {
            reader.Read();
            Status = JsonText.GetString(ref reader) ?? Status;
        }
        else if (reader.ValueTextEquals("service_tier"u8))
        {
            reader.Read();
            ServiceTier = JsonText.GetString(ref reader, ServiceTier) ?? ServiceTier;
        }
        else if (reader.ValueTextEquals("incomplete_details"u8))
        {
            reader.Read();
            Incomplete = InnerText(ref reader, "reason"u8) ?? Incomplete;
            return;
        }
        else if (reader.ValueTextEquals("conversation"u8))
        {
            reader.Read();
            Conversation = InnerText(ref reader, "id"u8) ?? Conversation;
            return;
        }
        else if (reader.ValueTextEquals("store"u8))
        {
            reader.Read();
            IsStored = reader.TokenType == JsonTokenType.True;
        }
        else
        {
            bool error = reader.ValueTextEquals("error"u8);
            reader.Read();
            HasError |= error && reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.String);
        }

        reader.Skip();
    }

    private static string? InnerText(ref WireReader reader, ReadOnlySpan<byte> name)
    {
        string? text = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool wanted = reader.ValueTextEquals(name);
            reader.Read();
            text = wanted ? JsonText.GetString(ref reader) ?? text : text;
            reader.Skip();
        }

        return text;
    }
}
