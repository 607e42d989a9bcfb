using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes contents as the format's blocks.</summary>
internal sealed class AnthropicContentWriter(ProviderCall call, CacheMarks marks)
{
    /// <summary>Whether bytes of media were written: they do not belong into a trace as they are.</summary>
    public bool HasMedia { get; private set; }

    /// <summary>Whether a content says anything in this format. What is dropped because another vendor made it is reported.</summary>
    /// <exception cref="LlmException">The format has no block for the content.</exception>
    public bool CanWrite(AIContent content, bool assistant)
    {
        switch (content)
        {
            case TextContent text:
                return !string.IsNullOrWhiteSpace(text.Text);
            case FunctionCallContent or FunctionResultContent or DataContent or UriContent or HostedFileContent:
                return true;
            case TextReasoningContent thinking:
                return assistant && AnthropicThinking.StateOf(thinking, call.Report, out _) is not null;
            case ErrorContent { ErrorCode: "Refusal", Message.Length: > 0 }:
                return true;
            case UsageContent or ErrorContent:
                // Left over from a coalesced stream; they say nothing to the model.
                return false;
            default:
                return AnthropicServerBlock.Blocks.CanSend(content, call.Report)
                    ?? throw ErrorFactory.Unsupported($"Messages: a content of type {content.GetType().Name} cannot be sent in this format; allowed are text, image, PDF, hosted file, reasoning, function call and function result.");
        }
    }

    public void Write(Utf8JsonWriter writer, AIContent content, bool assistant, bool trimEnd)
    {
        switch (content)
        {
            case TextContent text:
                WriteText(writer, trimEnd ? text.Text.TrimEnd() : text.Text, text, assistant);
                break;
            case TextReasoningContent thinking:
                WriteThinking(writer, thinking);
                break;
            case FunctionCallContent function:
                WriteCall(writer, function);
                break;
            case FunctionResultContent result:
                WriteResult(writer, result);
                break;
            case ErrorContent refusal:
                WriteText(writer, refusal.Message, refusal, assistant);
                break;
            case DataContent or UriContent or HostedFileContent:
                HasMedia |= content is DataContent;
                AnthropicMediaWriter.Write(writer, content, marks);
                break;
            default:
                AnthropicServerBlock.Blocks.TryGet(content, out JsonElement block);
                ValueWriter.WriteElement(writer, block);
                break;
        }
    }

    private void WriteText(Utf8JsonWriter writer, string text, AIContent content, bool assistant)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "text"u8);
        writer.WriteString("text"u8, text);
        if (assistant && content.Annotations is { Count: > 0 } citations)
        {
            WriteCitations(writer, citations);
        }

        marks.Write(writer, content.AdditionalProperties);
        writer.WriteEndObject();
    }

    /// <summary>Citations of this format go back as they came; those of others have no place here.</summary>
    private static void WriteCitations(Utf8JsonWriter writer, IList<AIAnnotation> citations)
    {
        bool open = false;
        for (int i = 0; i < citations.Count; i++)
        {
            if (citations[i].RawRepresentation is JsonElement { ValueKind: JsonValueKind.Object } sent && sent.TryGetProperty("cited_text"u8, out _))
            {
                if (!open)
                {
                    open = true;
                    writer.WriteStartArray("citations"u8);
                }

                ValueWriter.WriteElement(writer, sent);
            }
        }

        if (open)
        {
            writer.WriteEndArray();
        }
    }

    private void WriteThinking(Utf8JsonWriter writer, TextReasoningContent thinking)
    {
        string state = AnthropicThinking.StateOf(thinking, call.Report, out bool redacted)!;
        writer.WriteStartObject();
        if (redacted)
        {
            writer.WriteString("type"u8, "redacted_thinking"u8);
            writer.WriteString("data"u8, state);
        }
        else
        {
            writer.WriteString("type"u8, "thinking"u8);
            writer.WriteString("thinking"u8, thinking.Text);
            writer.WriteString("signature"u8, state);
        }

        writer.WriteEndObject();
    }

    private void WriteCall(Utf8JsonWriter writer, FunctionCallContent function)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "tool_use"u8);
        writer.WriteString("id"u8, ToolCallIds.Rewrite(function.CallId, ToolCallIdRules.Anthropic, call.Report));
        writer.WriteString("name"u8, function.Name);
        writer.WritePropertyName("input"u8);
        ToolValues.WriteArguments(writer, function);
        marks.Write(writer, function.AdditionalProperties);
        writer.WriteEndObject();
    }

    private void WriteResult(Utf8JsonWriter writer, FunctionResultContent result)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "tool_result"u8);
        writer.WriteString("tool_use_id"u8, ToolCallIds.Rewrite(result.CallId, ToolCallIdRules.Anthropic, call.Report));
        WriteResultContent(writer, result);
        if (result.Exception is not null)
        {
            writer.WriteBoolean("is_error"u8, true);
        }

        marks.Write(writer, result.AdditionalProperties);

        writer.WriteEndObject();
    }

    private void WriteResultContent(Utf8JsonWriter writer, FunctionResultContent result)
    {
        switch (result.Result)
        {
            case null when result.Exception is not null:
                // The message is the caller's own; it is what the model may learn of the failure.
                writer.WriteString("content"u8, result.Exception.Message);
                break;
            case null or "":
                break;
            case AIContent content:
                WriteBlocks(writer, [content]);
                break;
            case IEnumerable<AIContent> contents:
                WriteBlocks(writer, contents);
                break;
            default:
                writer.WritePropertyName("content"u8);
                ToolValues.WriteText(writer, result.Result);
                break;
        }
    }

    private void WriteBlocks(Utf8JsonWriter writer, IEnumerable<AIContent> contents)
    {
        writer.WriteStartArray("content"u8);
        foreach (AIContent content in contents)
        {
            if (content is not (TextContent or DataContent or UriContent or HostedFileContent))
            {
                throw ErrorFactory.Unsupported($"Messages: a function result with a content of type {content.GetType().Name} cannot be sent in this format; allowed are text, images and documents.");
            }

            if (CanWrite(content, assistant: false))
            {
                Write(writer, content, assistant: false, trimEnd: false);
            }
        }

        writer.WriteEndArray();
    }
}
