using System.Text.Json;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Gemini;

/// <summary>Counts by modality, of those that are priced apart from text.</summary>
internal struct GeminiModalities
{
    private long? _audio;
    private long? _image;
    private long? _video;

    public readonly long? Audio => _audio;

    public readonly long? Image => _image;

    public readonly long? Video => _video;

    /// <summary>Reads a list of <c>{ modality, tokenCount }</c> over what is known.</summary>
    public void Read(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadOne(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadOne(ref WireReader reader)
    {
        string? modality = null;
        long? count = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isModality = reader.ValueTextEquals("modality"u8);
            bool isCount = reader.ValueTextEquals("tokenCount"u8);
            reader.Read();
            modality = isModality ? Known(ref reader) : modality;
            count = isCount ? JsonText.GetCount(ref reader) : count;
            reader.Skip();
        }

        switch (modality)
        {
            case "AUDIO":
                _audio = count ?? _audio;
                break;
            case "IMAGE":
                _image = count ?? _image;
                break;
            case "VIDEO":
                _video = count ?? _video;
                break;
            default:
                break;
        }
    }

    /// <summary>The word without a copy of it: it comes with every chunk.</summary>
    private static string? Known(ref WireReader reader) =>
        reader.TokenType != JsonTokenType.String ? null
        : reader.ValueTextEquals("AUDIO"u8) ? "AUDIO"
        : reader.ValueTextEquals("IMAGE"u8) ? "IMAGE"
        : reader.ValueTextEquals("VIDEO"u8) ? "VIDEO"
        : null;
}
