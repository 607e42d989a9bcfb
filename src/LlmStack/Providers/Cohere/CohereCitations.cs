using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>Reads citations into annotations. The citation as it was sent, with all its sources, stays on them.</summary>
internal static class CohereCitations
{
    public static CitationAnnotation ToAnnotation(JsonElement citation)
    {
        JsonElement source = default, document = default;
        if (citation.TryGetProperty("sources", out JsonElement sources) && sources.ValueKind == JsonValueKind.Array && sources.GetArrayLength() > 0 && sources[0].ValueKind == JsonValueKind.Object)
        {
            source = sources[0];
            _ = source.TryGetProperty("document", out document) || source.TryGetProperty("tool_output", out document);
        }

        return new CitationAnnotation
        {
            Snippet = JsonText.TextOf(citation, "text"),
            Title = JsonText.TextOf(document, "title"),
            Url = Uri.TryCreate(JsonText.TextOf(document, "url"), UriKind.Absolute, out Uri? url) ? url : null,
            FileId = JsonText.TextOf(source, "id"),
            AnnotatedRegions = Number(citation, "end") is { } end ? [new TextSpanAnnotatedRegion { StartIndex = Number(citation, "start") ?? 0, EndIndex = end }] : null,
            RawRepresentation = citation,
        };
    }

    private static int? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;
}
