using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Reads sources, of quoted texts and of searches, into annotations.</summary>
internal static class GeminiCitations
{
    /// <summary>Adds the sources of <c>citationMetadata</c>.</summary>
    public static List<AIAnnotation>? ReadCitations(ref WireReader reader, List<AIAnnotation>? known)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return known;
        }

        JsonElement sent = reader.TakeElement();
        if (!TryGetList(sent, "citationSources", out JsonElement sources) && !TryGetList(sent, "citations", out sources))
        {
            return known;
        }

        foreach (JsonElement source in sources.EnumerateArray())
        {
            if (source.ValueKind == JsonValueKind.Object)
            {
                (known ??= []).Add(Make(source, JsonText.TextOf(source, "uri"), JsonText.TextOf(source, "title"), snippet: null, Region(source)));
            }
        }

        return known;
    }

    /// <summary>Adds the pages of <c>groundingMetadata</c>, each with the texts that rest on it.</summary>
    public static List<AIAnnotation>? ReadGrounding(ref WireReader reader, List<AIAnnotation>? known)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return known;
        }

        JsonElement sent = reader.TakeElement();
        if (!TryGetList(sent, "groundingChunks", out JsonElement chunks))
        {
            return known;
        }

        int index = 0;
        foreach (JsonElement chunk in chunks.EnumerateArray())
        {
            JsonElement page = default;
            bool found = chunk.ValueKind == JsonValueKind.Object
                && (chunk.TryGetProperty("web", out page) || chunk.TryGetProperty("retrievedContext", out page) || chunk.TryGetProperty("maps", out page))
                && page.ValueKind == JsonValueKind.Object;
            if (found)
            {
                AddSupports(sent, index, known ??= [], Make(chunk, JsonText.TextOf(page, "uri"), JsonText.TextOf(page, "title"), JsonText.TextOf(page, "text"), region: null));
            }

            index++;
        }

        return known;
    }

    private static void AddSupports(JsonElement grounding, int index, List<AIAnnotation> known, CitationAnnotation citation)
    {
        known.Add(citation);
        if (!TryGetList(grounding, "groundingSupports", out JsonElement supports))
        {
            return;
        }

        foreach (JsonElement support in supports.EnumerateArray())
        {
            if (support.ValueKind != JsonValueKind.Object || !TryGetList(support, "groundingChunkIndices", out JsonElement indices) || !Contains(indices, index)
                || !support.TryGetProperty("segment", out JsonElement segment) || segment.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            if (Region(segment) is { } region)
            {
                (citation.AnnotatedRegions ??= []).Add(region);
            }

            citation.Snippet ??= JsonText.TextOf(segment, "text");
        }
    }

    private static CitationAnnotation Make(JsonElement sent, string? address, string? title, string? snippet, AnnotatedRegion? region) => new()
    {
        Url = Uri.TryCreate(address, UriKind.Absolute, out Uri? url) ? url : null,
        Title = title,
        Snippet = snippet,
        AnnotatedRegions = region is null ? null : [region],
        RawRepresentation = sent,
    };

    private static TextSpanAnnotatedRegion? Region(JsonElement parent)
    {
        int? end = Number(parent, "endIndex");
        return end is null ? null : new TextSpanAnnotatedRegion { StartIndex = Number(parent, "startIndex") ?? 0, EndIndex = end };
    }

    private static bool Contains(JsonElement indices, int index)
    {
        foreach (JsonElement one in indices.EnumerateArray())
        {
            if (one.ValueKind == JsonValueKind.Number && one.TryGetInt32(out int number) && number == index)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryGetList(JsonElement parent, string name, out JsonElement list) =>
        parent.TryGetProperty(name, out list) && list.ValueKind == JsonValueKind.Array;

    private static int? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;
}
