using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Writes the arguments and results of function calls.</summary>
internal static class ToolValues
{
    /// <summary>Writes the arguments as a JSON object. Those that could not be parsed go back inside one, as the model wrote them.</summary>
    public static void WriteArguments(Utf8JsonWriter writer, FunctionCallContent call)
    {
        writer.WriteStartObject();
        if (call.Arguments is null)
        {
            if (call.Exception is not null && call.RawRepresentation is string raw)
            {
                writer.WriteString("INVALID_JSON"u8, raw);
            }
        }
        else
        {
            foreach (KeyValuePair<string, object?> argument in call.Arguments)
            {
                writer.WritePropertyName(argument.Key);
                if (!ValueWriter.TryWriteKnown(writer, argument.Value))
                {
                    throw ErrorFactory.Unsupported($"Messages: argument '{argument.Key}' of function call '{call.Name}' has the type {argument.Value!.GetType().Name}, which cannot be written as JSON; allowed are primitives, JsonElement, JsonNode and types known to AIJsonUtilities.DefaultOptions.");
                }
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes the arguments as a JSON object inside a JSON string. Those that could not be parsed go back as the model wrote them.</summary>
    public static void WriteArgumentsAsText(Utf8JsonWriter writer, FunctionCallContent call)
    {
        if (call.Arguments is null && call is { Exception: not null, RawRepresentation: string raw })
        {
            writer.WriteStringValue(raw);
            return;
        }

        using var json = new PooledBuffer(512);
        Utf8JsonWriter nested = JsonWriterCache.Rent(json);
        WriteArguments(nested, call);
        nested.Flush();
        JsonWriterCache.Return(nested);
        writer.WriteStringValue(json.WrittenSpan);
    }

    /// <summary>Writes a result as a JSON string: a text as it is, anything else as its JSON.</summary>
    public static void WriteText(Utf8JsonWriter writer, object? result)
    {
        switch (result)
        {
            case null:
                writer.WriteStringValue(""u8);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case JsonElement { ValueKind: JsonValueKind.String } element:
                writer.WriteStringValue(element.GetString());
                break;
            case TextContent text:
                writer.WriteStringValue(text.Text);
                break;
            case IEnumerable<AIContent> contents:
                writer.WriteStringValue(Join(contents));
                break;
            default:
                using (var json = new PooledBuffer(512))
                {
                    Utf8JsonWriter nested = JsonWriterCache.Rent(json);
                    WriteValue(nested, result);
                    nested.Flush();
                    JsonWriterCache.Return(nested);
                    writer.WriteStringValue(json.WrittenSpan);
                }

                break;
        }
    }

    /// <summary>Writes a result as a JSON string, for formats that allow only text in one: images and files are added to <paramref name="media"/>, and the text says where they are.</summary>
    public static void WriteText(Utf8JsonWriter writer, object? result, ref List<AIContent>? media)
    {
        switch (result)
        {
            case DataContent or UriContent or HostedFileContent:
                writer.WriteStringValue(Join([(AIContent)result], ref media));
                break;
            case IEnumerable<AIContent> contents:
                writer.WriteStringValue(Join(contents, ref media));
                break;
            default:
                WriteText(writer, result);
                break;
        }
    }

    /// <summary>The texts of a result that is a list of contents, each image or file replaced by a word on where it is.</summary>
    public static string Join(IEnumerable<AIContent> contents, ref List<AIContent>? media)
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
                    throw ErrorFactory.Unsupported($"Messages: a function result with a content of type {content.GetType().Name} cannot be sent in this format; allowed are text, images and files.");
            }
        }

        return joined.ToString();
    }

    /// <summary>What is listed when a result's images and files became a message of the user.</summary>
    public static void ReportMoved(AttemptReport? report) =>
        report?.AddChange("messages: images and files of a function result moved into a message of the user, the format allows only text in a result");

    /// <summary>Writes a result as the JSON value it is.</summary>
    public static void WriteValue(Utf8JsonWriter writer, object? result)
    {
        if (!ValueWriter.TryWriteKnown(writer, result))
        {
            throw ErrorFactory.Unsupported($"Messages: a function result of type {result!.GetType().Name} cannot be written as JSON; allowed are text, primitives, JsonElement, JsonNode and types known to AIJsonUtilities.DefaultOptions.");
        }
    }

    /// <summary>The texts of a result that is a list of contents.</summary>
    public static string Join(IEnumerable<AIContent> contents)
    {
        var joined = new StringBuilder();
        foreach (AIContent content in contents)
        {
            joined.Append(content is TextContent text
                ? text.Text
                : throw ErrorFactory.Unsupported($"Messages: a function result with a content of type {content.GetType().Name} cannot be sent in this format; allowed is text."));
        }

        return joined.ToString();
    }
}
