using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes a conversation as the format's <c>messages</c>; also the shape in which traces hold one.</summary>
internal static class MessageWriter
{
    public static void WriteMessages(Utf8JsonWriter writer, IReadOnlyList<ChatMessage> messages, string? instructions, OpenAIProfile profile, bool developerRole, AttemptReport? report)
    {
        writer.WriteStartArray();
        if (!string.IsNullOrEmpty(instructions))
        {
            writer.WriteStartObject();
            writer.WriteString("role"u8, developerRole ? "developer"u8 : "system"u8);
            writer.WriteString("content"u8, instructions);
            writer.WriteEndObject();
        }

        for (int i = 0; i < messages.Count; i++)
        {
            WriteMessage(writer, messages[i], profile, developerRole, report);
        }

        writer.WriteEndArray();
    }

    public static void WriteMessage(Utf8JsonWriter writer, ChatMessage message, OpenAIProfile profile, bool developerRole, AttemptReport? report)
    {
        Shape shape = ShapeOf(message);
        if (shape.Results > 0)
        {
            WriteToolResults(writer, message.Contents);
            if (shape.Texts + shape.Media + shape.Calls + shape.Refusals == 0)
            {
                return;
            }
        }

        writer.WriteStartObject();
        WriteRole(writer, shape.Results > 0 && message.Role == ChatRole.Tool ? ChatRole.User : message.Role, developerRole);
        WriteName(writer, message.AuthorName, profile, report);
        if (message.Role == ChatRole.Assistant)
        {
            WriteAssistant(writer, message.Contents, shape, profile);
        }
        else
        {
            WriteContent(writer, message.Contents, shape);
        }

        writer.WriteEndObject();
    }

    private readonly record struct Shape(int Texts, int Media, int Calls, int Results, int Reasoning, int Refusals);

    private static Shape ShapeOf(ChatMessage message)
    {
        int texts = 0, media = 0, calls = 0, results = 0, reasoning = 0, refusals = 0;
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent:
                    texts++;
                    break;
                case DataContent or UriContent or HostedFileContent:
                    media++;
                    break;
                case FunctionCallContent:
                    calls++;
                    break;
                case FunctionResultContent:
                    results++;
                    break;
                case TextReasoningContent:
                    reasoning++;
                    break;
                case ErrorContent { ErrorCode: "Refusal" }:
                    refusals++;
                    break;
                case UsageContent or ErrorContent:
                    // Left over from a coalesced stream; they say nothing to the model.
                    break;
                default:
                    throw Unsupported($"Messages: a content of type {contents[i].GetType().Name} cannot be sent in this format; allowed are text, image, audio, PDF, hosted file, reasoning, function call and function result.");
            }
        }

        return new Shape(texts, media, calls, results, reasoning, refusals);
    }

    private static void WriteRole(Utf8JsonWriter writer, ChatRole role, bool developerRole)
    {
        if (role == ChatRole.System && developerRole)
        {
            writer.WriteString("role"u8, "developer"u8);
        }
        else
        {
            writer.WriteString("role"u8, role.Value);
        }
    }

    private static void WriteName(Utf8JsonWriter writer, string? name, OpenAIProfile profile, AttemptReport? report)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return;
        }

        if (!profile.SendsNames)
        {
            report?.AddChange("name: dropped, compatible servers do not all accept it");
            return;
        }

        Span<char> clean = stackalloc char[Math.Min(name.Length, 64)];
        for (int i = 0; i < clean.Length; i++)
        {
            clean[i] = char.IsAsciiLetterOrDigit(name[i]) || name[i] is '-' or '_' ? name[i] : '_';
        }

        writer.WriteString("name"u8, clean);
    }

    private static void WriteToolResults(Utf8JsonWriter writer, IList<AIContent> contents)
    {
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not FunctionResultContent result)
            {
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("role"u8, "tool"u8);
            writer.WriteString("tool_call_id"u8, result.CallId);
            writer.WritePropertyName("content"u8);
            WriteResult(writer, result.Result);
            writer.WriteEndObject();
        }
    }

    private static void WriteResult(Utf8JsonWriter writer, object? result)
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
            case TextContent text:
                writer.WriteStringValue(text.Text);
                return;
            case IEnumerable<AIContent> contents:
                var joined = new StringBuilder();
                foreach (AIContent content in contents)
                {
                    joined.Append(content is TextContent text
                        ? text.Text
                        : throw Unsupported($"Messages: a function result with a content of type {content.GetType().Name} cannot be sent in this format; allowed is text."));
                }

                writer.WriteStringValue(joined.ToString());
                return;
        }

        WriteAsText(writer, result, "a function result");
    }

    /// <summary>Writes a value as JSON inside a JSON string, as the format wants arguments and results.</summary>
    private static void WriteAsText(Utf8JsonWriter writer, object value, string what)
    {
        using var inner = new PooledBuffer(512);
        Utf8JsonWriter nested = JsonWriterCache.Rent(inner);
        bool known = ValueWriter.TryWriteKnown(nested, value);
        nested.Flush();
        JsonWriterCache.Return(nested);
        if (!known)
        {
            throw Unsupported($"Messages: {what} of type {value.GetType().Name} cannot be written as JSON; allowed are text, primitives, JsonElement, JsonNode and types known to AIJsonUtilities.DefaultOptions.");
        }

        writer.WriteStringValue(inner.WrittenSpan);
    }

    private static void WriteAssistant(Utf8JsonWriter writer, IList<AIContent> contents, Shape shape, OpenAIProfile profile)
    {
        if (shape.Media > 0)
        {
            WriteContent(writer, contents, shape);
        }
        else if (shape.Texts > 0)
        {
            writer.WriteString("content"u8, JoinTexts<TextContent>(contents, shape.Texts));
        }
        else if (shape.Calls == 0 && shape.Refusals == 0)
        {
            writer.WriteString("content"u8, ""u8);
        }

        if (shape.Refusals > 0)
        {
            writer.WriteString("refusal"u8, JoinTexts<ErrorContent>(contents, shape.Refusals));
        }

        if (shape.Reasoning > 0 && profile.ReasoningEchoField is { } field)
        {
            writer.WriteString(field, JoinTexts<TextReasoningContent>(contents, shape.Reasoning));
        }

        if (shape.Calls == 0)
        {
            return;
        }

        writer.WriteStartArray("tool_calls"u8);
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is FunctionCallContent call)
            {
                WriteCall(writer, call);
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteCall(Utf8JsonWriter writer, FunctionCallContent call)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, call.CallId);
        writer.WriteString("type"u8, "function"u8);
        writer.WriteStartObject("function"u8);
        writer.WriteString("name"u8, call.Name);
        writer.WritePropertyName("arguments"u8);
        if (call.Arguments is null)
        {
            // Arguments that could not be parsed go back as the model wrote them.
            writer.WriteStringValue(call.Exception is not null && call.RawRepresentation is string raw ? raw : "{}");
        }
        else
        {
            using var inner = new PooledBuffer(512);
            Utf8JsonWriter nested = JsonWriterCache.Rent(inner);
            nested.WriteStartObject();
            foreach (KeyValuePair<string, object?> argument in call.Arguments)
            {
                nested.WritePropertyName(argument.Key);
                if (!ValueWriter.TryWriteKnown(nested, argument.Value))
                {
                    throw Unsupported($"Messages: argument '{argument.Key}' of function call '{call.Name}' has the type {argument.Value!.GetType().Name}, which cannot be written as JSON; allowed are primitives, JsonElement, JsonNode and types known to AIJsonUtilities.DefaultOptions.");
                }
            }

            nested.WriteEndObject();
            nested.Flush();
            JsonWriterCache.Return(nested);
            writer.WriteStringValue(inner.WrittenSpan);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, IList<AIContent> contents, Shape shape)
    {
        if (shape.Media == 0 && shape.Texts <= 1)
        {
            writer.WriteString("content"u8, shape.Texts == 0 ? "" : JoinTexts<TextContent>(contents, 1));
            return;
        }

        writer.WriteStartArray("content"u8);
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent text:
                    writer.WriteStartObject();
                    writer.WriteString("type"u8, "text"u8);
                    writer.WriteString("text"u8, text.Text);
                    writer.WriteEndObject();
                    break;
                case DataContent or UriContent or HostedFileContent:
                    MediaWriter.Write(writer, contents[i]);
                    break;
            }
        }

        writer.WriteEndArray();
    }

    private static string JoinTexts<T>(IList<AIContent> contents, int count)
        where T : AIContent
    {
        StringBuilder? joined = count > 1 ? new StringBuilder() : null;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not T)
            {
                continue;
            }

            string? text = contents[i] switch
            {
                TextContent plain => plain.Text,
                TextReasoningContent reasoning => reasoning.Text,
                ErrorContent error => error.Message,
                _ => null,
            };
            if (joined is null)
            {
                return text ?? "";
            }

            joined.Append(text);
        }

        return joined?.ToString() ?? "";
    }

    public static LlmException Unsupported(string message) => new(LlmErrorKind.InvalidRequest, message);
}
