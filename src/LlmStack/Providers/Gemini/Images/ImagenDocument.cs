using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini.Images;

/// <summary>The answer of <c>predict</c> of an image model.</summary>
internal sealed class ImagenDocument : IWireDocument
{
    public List<AIContent> Images { get; } = [];

    /// <summary>Why the first filtered image was; null when none was.</summary>
    public string? FilterReason { get; private set; }

    public bool HasError { get; private set; }

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        Images.Clear();
        FilterReason = null;
        var reader = new WireReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool predictions = reader.ValueTextEquals("predictions"u8);
            bool error = reader.ValueTextEquals("error"u8);
            reader.Read();
            if (predictions && reader.TokenType == JsonTokenType.StartArray)
            {
                ReadPredictions(ref reader);
                continue;
            }

            HasError |= error && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
            reader.Skip();
        }
    }

    private void ReadPredictions(ref WireReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadPrediction(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadPrediction(ref WireReader reader)
    {
        byte[]? bytes = null;
        Uri? address = null;
        string? mediaType = null, prompt = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isData = reader.ValueTextEquals("bytesBase64Encoded"u8);
            bool isAddress = reader.ValueTextEquals("gcsUri"u8);
            bool isMediaType = reader.ValueTextEquals("mimeType"u8);
            bool isReason = reader.ValueTextEquals("raiFilteredReason"u8);
            bool isPrompt = reader.ValueTextEquals("prompt"u8);
            reader.Read();
            if (isData && reader.TokenType == JsonTokenType.String)
            {
                bytes = reader.TryGetBytesFromBase64(out byte[]? data) && data.Length > 0 ? data : null;
            }
            else if (isAddress)
            {
                _ = Uri.TryCreate(JsonText.GetString(ref reader), UriKind.Absolute, out address);
            }
            else if (isMediaType)
            {
                mediaType = JsonText.GetString(ref reader);
            }
            else if (isReason)
            {
                FilterReason ??= JsonText.GetString(ref reader) is { Length: > 0 } reason ? reason : null;
            }
            else if (isPrompt)
            {
                prompt = JsonText.GetString(ref reader);
            }

            reader.Skip();
        }

        mediaType = ImageMediaType.Of(mediaType);
        AIContent? image = bytes is not null ? new DataContent(bytes, mediaType) : address is not null ? new UriContent(address, mediaType) : null;
        if (image is not null)
        {
            // The prompt that the service made of the caller's, under the name that other vendors' answers have it.
            image.AdditionalProperties = prompt is null ? null : new() { ["revised_prompt"] = prompt };
            Images.Add(image);
        }
    }
}
