using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>What one event adds to a block. Unknown kinds leave every field null.</summary>
internal struct AnthropicDelta
{
    public string? Text;
    public string? Thinking;
    public string? Signature;
    public string? Input;
    public CitationAnnotation? Citation;

    /// <summary>Reads a field of a <c>delta</c>; false when it is none of a block's.</summary>
    public bool TryRead(ref WireReader reader)
    {
        if (reader.ValueTextEquals("text"u8))
        {
            Text = TextAt(ref reader);
        }
        else if (reader.ValueTextEquals("partial_json"u8))
        {
            Input = TextAt(ref reader);
        }
        else if (reader.ValueTextEquals("thinking"u8))
        {
            Thinking = TextAt(ref reader);
        }
        else if (reader.ValueTextEquals("signature"u8))
        {
            Signature = TextAt(ref reader);
        }
        else if (reader.ValueTextEquals("citation"u8))
        {
            reader.Read();
            Citation = AnthropicCitations.ReadOne(ref reader);
        }
        else
        {
            return false;
        }

        return true;
    }

    private static string? TextAt(ref WireReader reader)
    {
        reader.Read();
        string? text = JsonText.GetString(ref reader);
        reader.Skip();
        return text;
    }
}
