using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Turns blocks of an answer into contents. Signatures of thoughts carry this format's mark and go back only to it.</summary>
internal static class BedrockContents
{
    /// <summary>The mark of everything that only this format understands.</summary>
    public const string Origin = "bedrock";

    private const string Signature = "bedrock:";
    private const string Redacted = "bedrock.redacted:";

    /// <summary>Blocks of kinds that are new.</summary>
    public static readonly VendorBlock Blocks = new("bedrock.block", Origin);

    public static TextReasoningContent ToReasoning(string text, string? signature, string? redacted = null)
    {
        var content = new TextReasoningContent(text)
        {
            ProtectedData = redacted is not null ? Redacted + redacted : signature is null ? null : Signature + signature,
        };
        OpaqueState.Tag(content, Origin);
        return content;
    }

    /// <summary>The opaque state of a thought from here; null when there is none.</summary>
    public static string? StateOf(TextReasoningContent reasoning, out bool redacted)
    {
        string? data = reasoning.ProtectedData;
        redacted = data?.StartsWith(Redacted, StringComparison.Ordinal) == true;
        return redacted ? data![Redacted.Length..]
            : data?.StartsWith(Signature, StringComparison.Ordinal) == true ? data[Signature.Length..]
            : null;
    }

    public static void AddTo(List<AIContent> contents, JsonElement block)
    {
        if (JsonText.TextOf(block, "text") is { } text)
        {
            contents.Add(new TextContent(SurrogateCarry.Repair(text)));
        }
        else if (Inner(block, "toolUse") is { } use)
        {
            string arguments = use.TryGetProperty("input", out JsonElement input) ? input.GetRawText() : "";
            contents.Add(ToolArguments.ToContent(JsonText.TextOf(use, "toolUseId") ?? $"call_{contents.Count}", JsonText.TextOf(use, "name") ?? "", arguments));
        }
        else if (Inner(block, "reasoningContent") is { } reasoning)
        {
            JsonElement thought = Inner(reasoning, "reasoningText") ?? default;
            contents.Add(ToReasoning(SurrogateCarry.Repair(JsonText.TextOf(thought, "text") ?? ""), JsonText.TextOf(thought, "signature"), JsonText.TextOf(reasoning, "redactedContent")));
        }
        else if (Inner(block, "citationsContent") is { } cited)
        {
            contents.Add(ToCited(cited));
        }
        else
        {
            contents.Add(Blocks.ToContent(block));
        }
    }

    public static CitationAnnotation ToCitation(JsonElement citation)
    {
        string? snippet = null;
        if (citation.TryGetProperty("sourceContent", out JsonElement source) && source.ValueKind == JsonValueKind.Array && source.GetArrayLength() > 0)
        {
            snippet = JsonText.TextOf(source[0], "text");
        }

        return new CitationAnnotation { Title = JsonText.TextOf(citation, "title"), Snippet = snippet, RawRepresentation = citation };
    }

    private static TextContent ToCited(JsonElement cited)
    {
        var text = new StringBuilder();
        if (cited.TryGetProperty("content", out JsonElement parts) && parts.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement part in parts.EnumerateArray())
            {
                text.Append(JsonText.TextOf(part, "text"));
            }
        }

        List<AIAnnotation>? annotations = null;
        if (cited.TryGetProperty("citations", out JsonElement citations) && citations.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement citation in citations.EnumerateArray())
            {
                (annotations ??= []).Add(ToCitation(citation));
            }
        }

        return new TextContent(SurrogateCarry.Repair(text.ToString())) { Annotations = annotations };
    }

    private static JsonElement? Inner(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object ? value : null;
}
