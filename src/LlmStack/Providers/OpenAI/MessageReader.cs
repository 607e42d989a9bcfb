using System.Text;
using System.Text.Json;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI;

/// <summary>Reads a message or a delta.</summary>
internal static class MessageReader
{
    public static void Read(ref WireReader reader, ref ChatPiece piece, List<ToolCallFragment> fragments)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        string? otherReasoning = null;
        string? details = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                ReadContent(ref reader, ref piece);
            }
            else if (reader.ValueTextEquals("reasoning_content"u8))
            {
                reader.Read();
                piece.Reasoning = JsonText.GetString(ref reader) ?? piece.Reasoning;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("reasoning"u8) || reader.ValueTextEquals("reasoning_text"u8))
            {
                reader.Read();
                otherReasoning = JsonText.GetString(ref reader) ?? otherReasoning;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("reasoning_details"u8) || reader.ValueTextEquals("thinking_blocks"u8))
            {
                reader.Read();
                int start = reader.TokenStartIndex;
                bool isArray = reader.TokenType == JsonTokenType.StartArray;
                details = ReadDetails(ref reader) ?? details;
                int end = reader.BytesConsumed;
                piece.ReasoningState = isArray && end - start > "[]".Length ? start..end : default;
            }
            else if (reader.ValueTextEquals("refusal"u8))
            {
                reader.Read();
                piece.Refusal = JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                reader.Read();
                ReadToolCalls(ref reader, ref piece, fragments);
            }
            else if (reader.ValueTextEquals("audio"u8))
            {
                reader.Read();
                piece.Audio = ReadAudio(ref reader) ?? piece.Audio;
            }
            else if (reader.ValueTextEquals("annotations"u8))
            {
                reader.Read();
                CitationReader.Read(ref reader, ref piece.Citations);
            }
            else if (reader.ValueTextEquals("function_call"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    piece.HasToolCalls = true;
                    string? name = null, arguments = null;
                    ReadFunction(ref reader, ref name, ref arguments);
                    fragments.Add(new ToolCallFragment(0, 0, null, name, arguments));
                }
                else
                {
                    reader.Skip();
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // Servers that send the same thought under several names mean it once.
        if (string.IsNullOrEmpty(piece.Reasoning))
        {
            piece.Reasoning = string.IsNullOrEmpty(otherReasoning) ? details : otherReasoning;
        }
    }

    private static void ReadContent(ref WireReader reader, ref ChatPiece piece)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            piece.Text = JsonText.GetString(ref reader);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        StringBuilder? text = null;
        StringBuilder? thinking = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadPart(ref reader, ref text, ref thinking, insideThinking: false);
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                (text ??= new StringBuilder()).Append(JsonText.GetString(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }

        piece.Text = text?.ToString() ?? piece.Text;
        piece.Reasoning = thinking?.ToString() ?? piece.Reasoning;
    }

    private static void ReadPart(ref WireReader reader, ref StringBuilder? text, ref StringBuilder? thinking, bool insideThinking)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isText = reader.ValueTextEquals("text"u8);
            bool isThinking = reader.ValueTextEquals("thinking"u8);
            reader.Read();
            if ((isText || isThinking) && reader.TokenType == JsonTokenType.String)
            {
                if (isThinking || insideThinking)
                {
                    (thinking ??= new StringBuilder()).Append(JsonText.GetString(ref reader));
                }
                else
                {
                    (text ??= new StringBuilder()).Append(JsonText.GetString(ref reader));
                }
            }
            else if (isThinking && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType == JsonTokenType.StartObject)
                    {
                        ReadPart(ref reader, ref text, ref thinking, insideThinking: true);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static AudioPiece? ReadAudio(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        string? id = null, data = null, transcript = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("id"u8);
            bool isData = reader.ValueTextEquals("data"u8);
            bool isTranscript = reader.ValueTextEquals("transcript"u8);
            reader.Read();
            string? value = isId || isData || isTranscript ? JsonText.GetString(ref reader) : null;
            id = isId ? value : id;
            data = isData ? value : data;
            transcript = isTranscript ? value : transcript;
            reader.Skip();
        }

        return new AudioPiece(id, data, transcript);
    }

    private static string? ReadDetails(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        StringBuilder? text = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isText = reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("summary"u8) || reader.ValueTextEquals("thinking"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    (text ??= new StringBuilder()).Append(JsonText.GetString(ref reader));
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return text?.ToString();
    }

    private static void ReadToolCalls(ref WireReader reader, ref ChatPiece piece, List<ToolCallFragment> fragments)
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

            piece.HasToolCalls = true;
            fragments.Add(ReadToolCall(ref reader));
        }
    }

    private static ToolCallFragment ReadToolCall(ref WireReader reader)
    {
        long? index = null;
        string? id = null, name = null, arguments = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                index = JsonText.GetCount(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = Filled(JsonText.GetString(ref reader));
                reader.Skip();
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                reader.Read();
                ReadFunction(ref reader, ref name, ref arguments);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new ToolCallFragment(0, index, id, name, arguments);
    }

    private static void ReadFunction(ref WireReader reader, ref string? name, ref string? arguments)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                name = Filled(JsonText.GetString(ref reader)) ?? name;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                reader.Read();
                arguments = reader.TokenType == JsonTokenType.StartObject ? RawObject(ref reader) : JsonText.GetString(ref reader);
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    /// <summary>Some servers send arguments as an object; its text is what others send as a string.</summary>
    private static string RawObject(ref WireReader reader)
    {
        using JsonDocument document = reader.TakeDocument();
        return document.RootElement.GetRawText();
    }

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
