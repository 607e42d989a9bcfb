using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Reads citations: the format's own <c>annotations</c>, and the lists of sources that search services send beside the answer.</summary>
internal static class CitationReader
{
    /// <summary>Reads <c>annotations</c>, an array of objects with a <c>url_citation</c>; or a list of addresses or of objects with an address.</summary>
    public static void Read(ref WireReader reader, ref List<AIAnnotation>? citations)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            CitationAnnotation? citation = null;
            if (reader.TokenType == JsonTokenType.String)
            {
                citation = WithAddress(new CitationAnnotation(), JsonText.GetString(ref reader));
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                citation = ReadObject(ref reader);
            }
            else
            {
                reader.Skip();
            }

            if (citation?.Url is not null)
            {
                (citations ??= []).Add(citation);
            }
        }
    }

    private static CitationAnnotation ReadObject(ref WireReader reader)
    {
        var citation = new CitationAnnotation();
        int? start = null, end = null;
        ReadFields(ref reader, citation, ref start, ref end);
        if (start is not null && end is not null)
        {
            citation.AnnotatedRegions = [new TextSpanAnnotatedRegion { StartIndex = start, EndIndex = end }];
        }

        return citation;
    }

    private static void ReadFields(ref WireReader reader, CitationAnnotation citation, ref int? start, ref int? end)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("url_citation"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadFields(ref reader, citation, ref start, ref end);
                }
            }
            else if (reader.ValueTextEquals("url"u8))
            {
                reader.Read();
                WithAddress(citation, JsonText.GetString(ref reader));
                reader.Skip();
            }
            else if (reader.ValueTextEquals("title"u8))
            {
                reader.Read();
                citation.Title = JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("snippet"u8))
            {
                reader.Read();
                citation.Snippet = JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("start_index"u8))
            {
                reader.Read();
                start = Index(ref reader);
            }
            else if (reader.ValueTextEquals("end_index"u8))
            {
                reader.Read();
                end = Index(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static int? Index(ref WireReader reader)
    {
        long? index = JsonText.GetCount(ref reader);
        reader.Skip();
        return index <= int.MaxValue ? (int?)index : null;
    }

    private static CitationAnnotation WithAddress(CitationAnnotation citation, string? address)
    {
        citation.Url = Uri.TryCreate(address, UriKind.Absolute, out Uri? url) ? url : null;
        return citation;
    }
}
