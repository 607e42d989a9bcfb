using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The answer of an image call.</summary>
internal sealed class ImageDocument : IWireDocument
{
    private decimal? _reportedCost;

    public List<AIContent> Images { get; } = [];

    public UsageDetails? Usage { get; private set; }

    /// <summary>What the provider says the call costs, in US dollars; null when it says nothing.</summary>
    public decimal? ReportedCost => _reportedCost;

    public bool HasError { get; private set; }

    public void Read(ReadOnlySpan<byte> json)
    {
        Images.Clear();
        var reader = new WireReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                ReadImages(ref reader);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                Usage = UsageReader.Read(ref reader, ref _reportedCost);
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

    private void ReadImages(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            AIContent? image = null;
            string? revised = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isData = reader.ValueTextEquals("b64_json"u8);
                bool isAddress = reader.ValueTextEquals("url"u8);
                bool isRevised = reader.ValueTextEquals("revised_prompt"u8);
                reader.Read();
                if (isData && reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out byte[]? bytes))
                {
                    image = new DataContent(bytes, MediaTypeOf(bytes));
                }
                else if (isAddress && Uri.TryCreate(JsonText.GetString(ref reader), UriKind.Absolute, out Uri? address))
                {
                    image ??= new UriContent(address, "image/png");
                }
                else if (isRevised)
                {
                    revised = JsonText.GetString(ref reader);
                }

                reader.Skip();
            }

            if (image is not null)
            {
                image.AdditionalProperties = revised is null ? null : new() { ["revised_prompt"] = revised };
                Images.Add(image);
            }
        }
    }

    /// <summary>What the bytes are, since answers do not always say it.</summary>
    private static string MediaTypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
        : "image/png";
}
