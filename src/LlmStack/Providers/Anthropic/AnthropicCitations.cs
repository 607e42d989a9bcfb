using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Reads citations into annotations. The citation as it was sent stays on them, because it goes back verbatim.</summary>
internal static class AnthropicCitations
{
    public static List<AIAnnotation>? Read(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        List<AIAnnotation>? citations = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (ReadOne(ref reader) is { } citation)
            {
                (citations ??= []).Add(citation);
            }
        }

        return citations;
    }

    public static CitationAnnotation? ReadOne(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        JsonElement sent = reader.TakeElement();
        return new CitationAnnotation
        {
            Title = JsonText.TextOf(sent, "document_title") ?? JsonText.TextOf(sent, "title"),
            Url = (JsonText.TextOf(sent, "url") ?? JsonText.TextOf(sent, "source")) is { } address && Uri.TryCreate(address, UriKind.Absolute, out Uri? url) ? url : null,
            FileId = JsonText.TextOf(sent, "file_id"),
            Snippet = JsonText.TextOf(sent, "cited_text"),
            RawRepresentation = sent,
        };
    }
}
