using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The answer of a moderation call.</summary>
internal sealed class ModerationDocument : IWireDocument
{
    public string? Id { get; private set; }

    public string? Model { get; private set; }

    public UsageDetails? Usage { get; private set; }

    public bool HasError { get; private set; }

    /// <summary>Null when the answer has none.</summary>
    public List<ModerationResult>? Results { get; private set; }

    /// <summary>Where the results stand.</summary>
    public Range Place { get; private set; }

    public void Read(ReadOnlySpan<byte> json)
    {
        var reader = new WireReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("results"u8))
            {
                reader.Read();
                ReadResults(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                Id = JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                Model = JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                Usage = UsageReader.Read(ref reader);
            }
            else
            {
                bool error = reader.ValueTextEquals("error"u8);
                reader.Read();
                HasError |= error && reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.String);
                reader.Skip();
            }
        }
    }

    private void ReadResults(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        int start = reader.TokenStartIndex;
        Results = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                Results.Add(ReadResult(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }

        Place = start..reader.BytesConsumed;
    }

    private static ModerationResult ReadResult(ref WireReader reader)
    {
        bool? flagged = null;
        var categories = new List<ModerationCategory>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("flagged"u8))
            {
                reader.Read();
                flagged = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("categories"u8))
            {
                reader.Read();
                Merge(ref reader, categories, static (ref WireReader value, ModerationCategory known) => known with { Flagged = value.TokenType == JsonTokenType.True });
            }
            else if (reader.ValueTextEquals("category_scores"u8))
            {
                reader.Read();
                Merge(ref reader, categories, static (ref WireReader value, ModerationCategory known) => known with { Score = JsonText.GetNumber(ref value) });
            }
            else if (reader.ValueTextEquals("category_applied_input_types"u8))
            {
                reader.Read();
                Merge(ref reader, categories, static (ref WireReader value, ModerationCategory known) => known with { AppliedInputTypes = ReadTexts(ref value) });
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // Mistral says it of the categories alone.
        return new ModerationResult(flagged ?? categories.Exists(static category => category.Flagged), categories);
    }

    /// <summary>The three objects of a result have the same names; each adds its part.</summary>
    private static void Merge(ref WireReader reader, List<ModerationCategory> categories, ReadPart read)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = JsonText.Unescape(reader.ValueSpan);
            reader.Read();
            int at = categories.FindIndex(category => string.Equals(category.Name, name, StringComparison.Ordinal));
            ModerationCategory known = read(ref reader, at < 0 ? new ModerationCategory(name, false, null) : categories[at]);
            reader.Skip();
            if (at < 0)
            {
                categories.Add(known);
            }
            else
            {
                categories[at] = known;
            }
        }
    }

    private static List<string> ReadTexts(ref WireReader reader)
    {
        var texts = new List<string>();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return texts;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (JsonText.GetString(ref reader) is { } text)
            {
                texts.Add(text);
            }

            reader.Skip();
        }

        return texts;
    }

    private delegate ModerationCategory ReadPart(ref WireReader reader, ModerationCategory known);
}
