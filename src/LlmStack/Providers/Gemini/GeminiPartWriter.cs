using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Writes contents as the format's parts.</summary>
/// <param name="call">The attempt.</param>
/// <param name="messages">The conversation, in which the names of answered calls are found: results carry a name here.</param>
/// <param name="needsState">Whether the model refuses calls without the opaque state it made with them.</param>
/// <param name="sendsIds">Whether calls have ids.</param>
internal sealed class GeminiPartWriter(ProviderCall call, IReadOnlyList<ChatMessage> messages, bool needsState, bool sendsIds)
{
    public bool NeedsState => needsState;

    public AttemptReport Report => call.Report;

    /// <summary>Whether a content says anything in this format.</summary>
    /// <exception cref="LlmException">The format has no part for the content.</exception>
    public bool CanWrite(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                return !string.IsNullOrEmpty(text.Text);
            case FunctionCallContent or FunctionResultContent or DataContent or UriContent or HostedFileContent:
                return true;
            case ErrorContent { ErrorCode: "Refusal", Message.Length: > 0 }:
                return true;
            case UsageContent or ErrorContent:
                // Left over from a coalesced stream; they say nothing to the model.
                return false;
            default:
                return GeminiParts.Blocks.CanSend(content, call.Report)
                    ?? throw ErrorFactory.Unsupported($"Messages: a content of type {content.GetType().Name} cannot be sent in this format; allowed are text, image, audio, video, PDF, hosted file, reasoning, function call and function result.");
        }
    }

    public void Write(Utf8JsonWriter writer, AIContent content, string? state)
    {
        switch (content)
        {
            case TextContent text:
                WriteText(writer, text.Text, state);
                return;
            case ErrorContent refusal:
                WriteText(writer, refusal.Message, state);
                return;
            case FunctionCallContent or FunctionResultContent or DataContent or UriContent or HostedFileContent:
                break;
            default:
                GeminiParts.Blocks.TryGet(content, out JsonElement block);
                ValueWriter.WriteElement(writer, block);
                return;
        }

        List<DataContent>? beside = null;
        writer.WriteStartObject();
        switch (content)
        {
            case FunctionCallContent function:
                WriteCall(writer, function);
                break;
            case FunctionResultContent result:
                beside = WriteResult(writer, result);
                break;
            case DataContent data:
                WriteInline(writer, data);
                break;
            case UriContent uri:
                WriteFile(writer, uri.MediaType, uri.Uri.AbsoluteUri);
                break;
            case HostedFileContent file:
                WriteFile(writer, file.MediaType, file.FileId);
                break;
        }

        WriteState(writer, state);
        writer.WriteEndObject();
        if (beside is not null)
        {
            WriteMedia(writer, beside);
        }
    }

    public static void WriteText(Utf8JsonWriter writer, string text, string? state)
    {
        writer.WriteStartObject();
        writer.WriteString("text"u8, text);
        WriteState(writer, state);
        writer.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter writer, string? state)
    {
        if (state is not null)
        {
            writer.WriteString("thoughtSignature"u8, state);
        }
    }

    private static void WriteFile(Utf8JsonWriter writer, string? mediaType, string address)
    {
        writer.WriteStartObject("fileData"u8);
        if (mediaType is not null)
        {
            writer.WriteString("mimeType"u8, mediaType);
        }

        writer.WriteString("fileUri"u8, address);
        writer.WriteEndObject();
    }

    private void WriteCall(Utf8JsonWriter writer, FunctionCallContent function)
    {
        writer.WriteStartObject("functionCall"u8);
        WriteId(writer, function.CallId);
        writer.WriteString("name"u8, function.Name);
        writer.WritePropertyName("args"u8);
        ToolValues.WriteArguments(writer, function);
        writer.WriteEndObject();
    }

    /// <summary>Writes a result, and returns what has to stand beside it.</summary>
    private List<DataContent>? WriteResult(Utf8JsonWriter writer, FunctionResultContent result)
    {
        writer.WriteStartObject("functionResponse"u8);
        WriteId(writer, result.CallId);
        writer.WriteString("name"u8, NameOf(result));
        List<DataContent>? media = MediaOf(result.Result);
        writer.WritePropertyName("response"u8);
        WriteResponse(writer, result, media);
        if (media is not null && needsState)
        {
            writer.WriteStartArray("parts"u8);
            WriteMedia(writer, media);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        if (media is null || needsState)
        {
            return null;
        }

        // Models before the third generation read no parts inside a result; what stands beside it they do.
        call.Report.AddChange("messages: images and files of a function result stand beside it, the model reads none inside");
        return media;
    }

    private static void WriteMedia(Utf8JsonWriter writer, List<DataContent> media)
    {
        foreach (DataContent data in media)
        {
            writer.WriteStartObject();
            WriteInline(writer, data);
            writer.WriteEndObject();
        }
    }

    /// <summary>The images and files of a result; null when it has none.</summary>
    private static List<DataContent>? MediaOf(object? result)
    {
        if (result is DataContent one)
        {
            return [one];
        }

        List<DataContent>? media = null;
        foreach (AIContent content in result as IEnumerable<AIContent> ?? [])
        {
            if (content is DataContent data)
            {
                (media ??= []).Add(data);
            }
        }

        return media;
    }

    public static void WriteInline(Utf8JsonWriter writer, DataContent data)
    {
        writer.WriteStartObject("inlineData"u8);
        writer.WriteString("mimeType"u8, data.MediaType);
        writer.WriteBase64String("data"u8, data.Data.Span);
        writer.WriteEndObject();
    }

    private void WriteId(Utf8JsonWriter writer, string id)
    {
        if (sendsIds && !id.StartsWith(GeminiParts.OwnIdPrefix, StringComparison.Ordinal))
        {
            writer.WriteString("id"u8, id);
        }
    }

    /// <summary>The format wants an object: objects go as they are, everything else inside one.</summary>
    private static void WriteResponse(Utf8JsonWriter writer, FunctionResultContent result, List<DataContent>? media)
    {
        if (result.Result is JsonElement { ValueKind: JsonValueKind.Object } element && result.Exception is null)
        {
            ValueWriter.WriteElement(writer, element);
            return;
        }

        writer.WriteStartObject();
        writer.WritePropertyName(result.Exception is null ? "result"u8 : "error"u8);
        switch (result.Result)
        {
            case null when result.Exception is not null:
                writer.WriteStringValue(result.Exception.Message);
                break;
            case DataContent:
                writer.WriteStringValue(""u8);
                break;
            case IEnumerable<AIContent> contents when media is not null:
                writer.WriteStringValue(ToolValues.Join(contents.Where(static content => content is not DataContent)));
                break;
            case string or TextContent or IEnumerable<AIContent>:
                ToolValues.WriteText(writer, result.Result);
                break;
            default:
                ToolValues.WriteValue(writer, result.Result);
                break;
        }

        writer.WriteEndObject();
    }

    /// <summary>The name of the call that a result answers: the last one made under its id.</summary>
    private string NameOf(FunctionResultContent result)
    {
        string? name = null;
        for (int i = 0; i < messages.Count; i++)
        {
            IList<AIContent> contents = messages[i].Contents;
            for (int j = 0; j < contents.Count; j++)
            {
                if (ReferenceEquals(contents[j], result))
                {
                    return name ?? result.CallId;
                }

                if (contents[j] is FunctionCallContent function && string.Equals(function.CallId, result.CallId, StringComparison.Ordinal))
                {
                    name = function.Name;
                }
            }
        }

        return name ?? result.CallId;
    }
}
