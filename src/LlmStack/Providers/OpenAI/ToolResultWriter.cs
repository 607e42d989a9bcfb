using System.Text;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes function results: one message for each, and one of the user with the images among them, which the format allows in no result.</summary>
internal static class ToolResultWriter
{
    public static void Write(Utf8JsonWriter writer, IList<AIContent> contents, OpenAIProfile profile, AttemptReport? report)
    {
        List<AIContent>? media = null;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not FunctionResultContent result)
            {
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("role"u8, "tool"u8);
            writer.WriteString("tool_call_id"u8, MessageWriter.IdFor(result.CallId, profile, report));
            writer.WritePropertyName("content"u8);
            WriteResult(writer, result.Result, ref media);
            writer.WriteEndObject();
        }

        if (media is not null)
        {
            report?.AddChange("messages: images and files of a function result moved into a message of the user, the format allows only text in a result");
            WriteMedia(writer, media);
        }
    }

    /// <summary>Writes a value as JSON inside a JSON string, as the format wants arguments and results.</summary>
    public static void WriteAsText(Utf8JsonWriter writer, object value, string what)
    {
        using var inner = new PooledBuffer(512);
        Utf8JsonWriter nested = JsonWriterCache.Rent(inner);
        bool known = ValueWriter.TryWriteKnown(nested, value);
        nested.Flush();
        JsonWriterCache.Return(nested);
        if (!known)
        {
            throw MessageWriter.Unsupported($"Messages: {what} of type {value.GetType().Name} cannot be written as JSON; allowed are text, primitives, JsonElement, JsonNode and types known to AIJsonUtilities.DefaultOptions.");
        }

        writer.WriteStringValue(inner.WrittenSpan);
    }

    private static void WriteResult(Utf8JsonWriter writer, object? result, ref List<AIContent>? media)
    {
        switch (result)
        {
            case null:
                writer.WriteStringValue(""u8);
                return;
            case string text:
                writer.WriteStringValue(text);
                return;
            case JsonElement { ValueKind: JsonValueKind.String } element:
                writer.WriteStringValue(element.GetString());
                return;
            case AIContent content:
                writer.WriteStringValue(Text([content], ref media));
                return;
            case IEnumerable<AIContent> contents:
                writer.WriteStringValue(Text(contents, ref media));
                return;
            default:
                WriteAsText(writer, result, "a function result");
                return;
        }
    }

    private static string Text(IEnumerable<AIContent> contents, ref List<AIContent>? media)
    {
        var joined = new StringBuilder();
        foreach (AIContent content in contents)
        {
            switch (content)
            {
                case TextContent text:
                    joined.Append(text.Text);
                    break;
                case DataContent or UriContent or HostedFileContent:
                    (media ??= []).Add(content);
                    joined.Append(joined.Length > 0 ? "\n" : "").Append("[attachment ").Append(media.Count).Append(" follows in the next message of the user]");
                    break;
                default:
                    throw MessageWriter.Unsupported($"Messages: a function result with a content of type {content.GetType().Name} cannot be sent in this format; allowed are text, images and files.");
            }
        }

        return joined.ToString();
    }

    private static void WriteMedia(Utf8JsonWriter writer, List<AIContent> media)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, "user"u8);
        writer.WriteStartArray("content"u8);
        for (int i = 0; i < media.Count; i++)
        {
            MediaWriter.Write(writer, media[i]);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
