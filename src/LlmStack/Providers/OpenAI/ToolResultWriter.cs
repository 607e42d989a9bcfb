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
            ToolValues.ReportMoved(report);
            WriteMedia(writer, media, profile);
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
                writer.WriteStringValue(ToolValues.Join([content], ref media));
                return;
            case IEnumerable<AIContent> contents:
                writer.WriteStringValue(ToolValues.Join(contents, ref media));
                return;
            default:
                WriteAsText(writer, result, "a function result");
                return;
        }
    }

    private static void WriteMedia(Utf8JsonWriter writer, List<AIContent> media, OpenAIProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, "user"u8);
        writer.WriteStartArray("content"u8);
        for (int i = 0; i < media.Count; i++)
        {
            MediaWriter.Write(writer, media[i], profile.Parts);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
