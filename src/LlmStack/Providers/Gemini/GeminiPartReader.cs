using System.Text.Json;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Gemini;

/// <summary>Reads a part.</summary>
internal static class GeminiPartReader
{
    public static GeminiPart Read(ref WireReader reader)
    {
        WireReader start = reader;
        var part = new GeminiPart();
        bool known = false;
        bool foreign = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("text"u8))
            {
                part.Text = TextAt(ref reader);
                known = true;
            }
            else if (reader.ValueTextEquals("thought"u8))
            {
                reader.Read();
                part.IsThought = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("thoughtSignature"u8) || reader.ValueTextEquals("thought_signature"u8))
            {
                part.Signature = TextAt(ref reader) is { Length: > 0 } signature ? signature : null;
                known = true;
            }
            else if (reader.ValueTextEquals("functionCall"u8))
            {
                reader.Read();
                ReadCall(ref reader, ref part);
                known = true;
            }
            else if (reader.ValueTextEquals("inlineData"u8))
            {
                reader.Read();
                ReadData(ref reader, ref part);
                known = true;
            }
            else
            {
                reader.Read();
                foreign |= reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
        }

        if (foreign && !known)
        {
            part.Whole = start.TakeElement();
        }

        return part;
    }

    private static void ReadCall(ref WireReader reader, ref GeminiPart part)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        part.HasCall = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                part.CallName = TextAt(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                part.CallId = TextAt(ref reader) is { Length: > 0 } id ? id : null;
            }
            else if (reader.ValueTextEquals("args"u8))
            {
                reader.Read();
                part.CallArguments = reader.TokenType == JsonTokenType.StartObject ? reader.TakeElement().GetRawText() : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("partialArgs"u8))
            {
                reader.Read();
                part.PartialArguments = reader.TakeElement();
            }
            else if (reader.ValueTextEquals("willContinue"u8))
            {
                reader.Read();
                part.WillContinue = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static void ReadData(ref WireReader reader, ref GeminiPart part)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool mediaType = reader.ValueTextEquals("mimeType"u8);
            bool data = reader.ValueTextEquals("data"u8);
            reader.Read();
            if (mediaType)
            {
                part.MediaType = JsonText.GetString(ref reader);
            }
            else if (data && reader.TokenType == JsonTokenType.String)
            {
                part.Data = reader.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : null;
            }

            reader.Skip();
        }
    }

    private static string? TextAt(ref WireReader reader)
    {
        reader.Read();
        string? text = JsonText.GetString(ref reader);
        reader.Skip();
        return text;
    }
}
