using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Reads citations of pages and files. Each keeps the annotation as it was sent.</summary>
internal static class ResponsesAnnotations
{
    public static IList<AIAnnotation>? Read(JsonElement part)
    {
        if (part.ValueKind != JsonValueKind.Object || !part.TryGetProperty("annotations", out JsonElement sent) || sent.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        List<AIAnnotation>? annotations = null;
        foreach (JsonElement annotation in sent.EnumerateArray())
        {
            if (annotation.ValueKind == JsonValueKind.Object)
            {
                (annotations ??= []).Add(ToCitation(annotation));
            }
        }

        return annotations;
    }

    private static CitationAnnotation ToCitation(JsonElement annotation) => new()
    {
        Title = ResponsesItems.Text(annotation, "title") ?? ResponsesItems.Text(annotation, "filename"),
        Url = Uri.TryCreate(ResponsesItems.Text(annotation, "url"), UriKind.Absolute, out Uri? url) ? url : null,
        FileId = ResponsesItems.Text(annotation, "file_id"),
        AnnotatedRegions = Number(annotation, "end_index") is { } end
            ? [new TextSpanAnnotatedRegion { StartIndex = Number(annotation, "start_index") ?? 0, EndIndex = end }]
            : null,
        RawRepresentation = annotation,
    };

    private static int? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;
}
