using System.Text;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Turns finished items of an answer into contents.</summary>
internal static class ResponsesItems
{
    public const string LogProbabilitiesKey = "logprobs";

    public static string TypeOf(JsonElement item) => Text(item, "type") ?? "";

    public static void AddTo(List<AIContent> contents, JsonElement item, string deployment)
    {
        switch (TypeOf(item))
        {
            case "message":
                AddMessage(contents, item);
                break;
            case "reasoning":
                contents.Add(ResponsesState.ToContent(SurrogateCarry.Repair(ReasoningText(item)), item, deployment));
                break;
            case "function_call":
                contents.Add(ToCall(item));
                break;
            default:
                contents.Add(ResponsesState.Items.ToContent(item));
                break;
        }
    }

    public static FunctionCallContent ToCall(JsonElement item) =>
        ToolArguments.ToContent(Text(item, "call_id") ?? Text(item, "id") ?? "call_0", Text(item, "name") ?? "", Text(item, "arguments") ?? "");

    /// <summary>The text of a message's parts, without refusals.</summary>
    public static string MessageText(JsonElement item)
    {
        var text = new StringBuilder();
        foreach (JsonElement part in Parts(item, "content"))
        {
            text.Append(Text(part, "text"));
        }

        return text.ToString();
    }

    /// <summary>The refusal of a message; null when it has none.</summary>
    public static string? Refusal(JsonElement item)
    {
        string? refusal = null;
        foreach (JsonElement part in Parts(item, "content"))
        {
            refusal += Text(part, "refusal");
        }

        return string.IsNullOrEmpty(refusal) ? null : refusal;
    }

    /// <summary>The summaries, else the thoughts themselves where a model shows them.</summary>
    public static string ReasoningText(JsonElement item)
    {
        var text = new StringBuilder();
        foreach (JsonElement part in Parts(item, "summary"))
        {
            Paragraph(text, Text(part, "text"));
        }

        if (text.Length == 0)
        {
            foreach (JsonElement part in Parts(item, "content"))
            {
                Paragraph(text, Text(part, "text"));
            }
        }

        return text.ToString();
    }

    /// <summary>Annotations and log probabilities of a message whose text was handed on before; null when it has neither.</summary>
    public static TextContent? Remarks(JsonElement item)
    {
        TextContent? remarks = null;
        foreach (JsonElement part in Parts(item, "content"))
        {
            if (Annotated(part, "") is { } one)
            {
                remarks ??= new TextContent("");
                remarks.Annotations = one.Annotations ?? remarks.Annotations;
                remarks.AdditionalProperties = one.AdditionalProperties ?? remarks.AdditionalProperties;
            }
        }

        return remarks;
    }

    public static string? Text(JsonElement parent, string name) => JsonText.TextOf(parent, name);

    private static void AddMessage(List<AIContent> contents, JsonElement item)
    {
        foreach (JsonElement part in Parts(item, "content"))
        {
            if (Text(part, "refusal") is { } refusal)
            {
                contents.Add(new ErrorContent(SurrogateCarry.Repair(refusal)) { ErrorCode = "Refusal" });
            }
            else if (Text(part, "text") is { Length: > 0 } text)
            {
                string whole = SurrogateCarry.Repair(text);
                contents.Add(Annotated(part, whole) ?? new TextContent(whole));
            }
        }
    }

    private static TextContent? Annotated(JsonElement part, string text)
    {
        IList<AIAnnotation>? annotations = ResponsesAnnotations.Read(part);
        bool probabilities = part.TryGetProperty("logprobs", out JsonElement logprobs) && logprobs.ValueKind == JsonValueKind.Array && logprobs.GetArrayLength() > 0;
        return annotations is null && !probabilities ? null : new TextContent(text)
        {
            Annotations = annotations,
            AdditionalProperties = probabilities ? new() { [LogProbabilitiesKey] = logprobs } : null,
        };
    }

    private static JsonElement.ArrayEnumerator Parts(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement parts) && parts.ValueKind == JsonValueKind.Array ? parts.EnumerateArray() : default;

    private static void Paragraph(StringBuilder text, string? part)
    {
        if (!string.IsNullOrEmpty(part))
        {
            text.Append(text.Length > 0 ? "\n\n" : "").Append(part);
        }
    }
}
