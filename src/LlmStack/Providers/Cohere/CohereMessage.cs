using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>Reads a message, or a piece of one: streams send one object where whole answers send a list of them.</summary>
internal sealed class CohereMessage
{
    public string? Text { get; private set; }

    /// <summary>Thoughts, and the plan that comes before tool calls.</summary>
    public string? Thinking { get; private set; }

    public List<ToolCallFragment> Calls { get; } = [];

    public List<AIAnnotation>? Citations { get; private set; }

    public void Clear()
    {
        Text = null;
        Thinking = null;
        Citations = null;
        Calls.Clear();
    }

    /// <summary>Gives each fragment the place that its event named, or its own among the others.</summary>
    public void Place(long? index)
    {
        for (int i = 0; i < Calls.Count; i++)
        {
            Calls[i] = Calls[i] with { Index = index ?? i };
        }
    }

    public void Read(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                ReadContent(ref reader);
            }
            else if (reader.ValueTextEquals("tool_plan"u8))
            {
                reader.Read();
                Thinking += JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                reader.Read();
                ReadCalls(ref reader);
            }
            else if (reader.ValueTextEquals("citations"u8))
            {
                reader.Read();
                ReadCitations(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void ReadContent(ref WireReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                Text += JsonText.GetString(ref reader);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    ReadContent(ref reader);
                }

                break;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool text = reader.ValueTextEquals("text"u8);
                    bool thinking = reader.ValueTextEquals("thinking"u8);
                    reader.Read();
                    Text = text ? Text + JsonText.GetString(ref reader) : Text;
                    Thinking = thinking ? Thinking + JsonText.GetString(ref reader) : Thinking;
                    reader.Skip();
                }

                break;
        }
    }

    private void ReadCalls(ref WireReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                ReadCalls(ref reader);
            }

            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        string? id = null, name = null, arguments = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("id"u8);
            bool isFunction = reader.ValueTextEquals("function"u8);
            reader.Read();
            if (isFunction && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadFunction(ref reader, ref name, ref arguments);
                continue;
            }

            id = isId ? JsonText.GetString(ref reader) ?? id : id;
            reader.Skip();
        }

        Calls.Add(new ToolCallFragment(0, null, id, name, arguments));
    }

    private static void ReadFunction(ref WireReader reader, ref string? name, ref string? arguments)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isName = reader.ValueTextEquals("name"u8);
            bool isArguments = reader.ValueTextEquals("arguments"u8);
            reader.Read();
            name = isName ? JsonText.GetString(ref reader) ?? name : name;
            arguments = isArguments ? JsonText.GetString(ref reader) ?? arguments : arguments;
            reader.Skip();
        }
    }

    private void ReadCitations(ref WireReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                ReadCitations(ref reader);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            (Citations ??= []).Add(CohereCitations.ToAnnotation(reader.TakeElement()));
        }
        else
        {
            reader.Skip();
        }
    }
}
