using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes a conversation as the format's <c>messages</c>; also the shape in which traces hold one.</summary>
internal static class MessageWriter
{
    /// <summary>The mark of what only this format understands.</summary>
    private const string Origin = "openai";

    public static void WriteMessages(Utf8JsonWriter writer, IReadOnlyList<ChatMessage> messages, string? instructions, OpenAIProfile profile, bool developerRole, AttemptReport? report, string model = "", CacheMarks? marks = null)
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
            WriteMessage(writer, messages[i], profile, developerRole, report, model, marks);
        }

        writer.WriteEndArray();
    }

    public static void WriteMessage(Utf8JsonWriter writer, ChatMessage message, OpenAIProfile profile, bool developerRole, AttemptReport? report, string model = "", CacheMarks? marks = null)
    {
        Shape shape = ShapeOf(message, report);
        if (shape.Results > 0)
        {
            ToolResultWriter.Write(writer, message.Contents, profile, report);
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
            WriteAssistant(writer, message.Contents, shape, profile, report, model);
        }
        else
        {
            WriteContent(writer, message.Contents, shape, profile, marks);
        }

        writer.WriteEndObject();
    }

    private readonly record struct Shape(int Texts, int Media, int Calls, int Results, int Reasoning, int Refusals);

    private static Shape ShapeOf(ChatMessage message, AttemptReport? report)
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
                case { } other when !OpaqueState.BelongsTo(other, Origin):
                    report?.AddChange("messages: content that only another vendor understands was dropped");
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

    private static void WriteAssistant(Utf8JsonWriter writer, IList<AIContent> contents, Shape shape, OpenAIProfile profile, AttemptReport? report, string model)
    {
        string? audio = shape.Media > 0 ? AudioIdOf(contents) : null;
        if (audio is not null)
        {
            writer.WriteStartObject("audio"u8);
            writer.WriteString("id"u8, audio);
            writer.WriteEndObject();
        }

        if (shape.Media > 0 && audio is null)
        {
            WriteContent(writer, contents, shape, profile);
        }
        else if (shape.Texts > 0)
        {
            writer.WriteString("content"u8, JoinTexts<TextContent>(contents, shape.Texts));
        }
        else if (shape.Refusals > 0 && !profile.SendsRefusals)
        {
            writer.WriteString("content"u8, JoinTexts<ErrorContent>(contents, shape.Refusals));
        }
        else if (shape.Calls == 0 && shape.Refusals == 0 && audio is null)
        {
            writer.WriteString("content"u8, ""u8);
        }

        if (shape.Refusals > 0 && profile.SendsRefusals)
        {
            if (shape.Texts + shape.Media == 0)
            {
                writer.WriteNull("content"u8);
            }

            writer.WriteString("refusal"u8, JoinTexts<ErrorContent>(contents, shape.Refusals));
        }

        if (profile.ReasoningEchoField is { } field && (shape.Reasoning > 0 || (shape.Calls > 0 && profile.RequiresReasoningEcho)))
        {
            writer.WriteString(field, JoinTexts<TextReasoningContent>(contents, shape.Reasoning));
        }

        if (shape.Reasoning > 0 && report is not null)
        {
            ReasoningState.WriteBack(writer, contents, profile, model, report);
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
                WriteCall(writer, call, profile, report);
            }
        }

        writer.WriteEndArray();
    }

    /// <summary>The id of what the model said aloud, by which it is referred to instead of being sent again; null when there is none.</summary>
    private static string? AudioIdOf(IList<AIContent> contents)
    {
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is DataContent { AdditionalProperties: { } properties } && properties.TryGetValue(AudioDecoder.IdKey, out object? id) && id is string text)
            {
                return text;
            }
        }

        return null;
    }

    private static void WriteCall(Utf8JsonWriter writer, FunctionCallContent call, OpenAIProfile profile, AttemptReport? report)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, IdFor(call.CallId, profile, report));
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

    /// <summary>The id of a call as the service accepts it; traces, which have no report, keep it as it is.</summary>
    public static string IdFor(string id, OpenAIProfile profile, AttemptReport? report) => report is null ? id : ToolCallIds.Rewrite(id, profile.ToolCallIds, report);

    private static void WriteContent(Utf8JsonWriter writer, IList<AIContent> contents, Shape shape, OpenAIProfile profile, CacheMarks? marks = null)
    {
        if (shape.Media == 0 && shape.Texts <= 1 && (marks is null || !AnyMarked(contents)))
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
                    marks?.Write(writer, text.AdditionalProperties);
                    writer.WriteEndObject();
                    break;
                case DataContent or UriContent or HostedFileContent:
                    MediaWriter.Write(writer, contents[i], profile.Parts);
                    break;
            }
        }

        writer.WriteEndArray();
    }

    private static bool AnyMarked(IList<AIContent> contents)
    {
        for (int i = 0; i < contents.Count; i++)
        {
            if (CacheMarks.IsMarked(contents[i].AdditionalProperties))
            {
                return true;
            }
        }

        return false;
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
