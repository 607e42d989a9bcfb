using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Writes a conversation as the format's <c>input</c>: messages, and beside them calls, results and reasoning as items of their own.</summary>
internal readonly struct ResponsesInputWriter(Utf8JsonWriter writer, ProviderCall call)
{
    public void Write(IReadOnlyList<ChatMessage> messages)
    {
        writer.WriteStartArray("input"u8);
        for (int i = 0; i < messages.Count; i++)
        {
            WriteMessage(messages[i]);
        }

        writer.WriteEndArray();
    }

    private void WriteMessage(ChatMessage message)
    {
        bool assistant = message.Role == ChatRole.Assistant;
        bool open = false;
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent { Text.Length: > 0 } text:
                    Open(message.Role, ref open);
                    WriteText(text.Text, assistant ? "output_text"u8 : "input_text"u8, "text"u8);
                    break;
                case ErrorContent { ErrorCode: "Refusal" } refusal:
                    Open(message.Role, ref open);
                    WriteText(refusal.Message, "refusal"u8, "refusal"u8);
                    break;
                case DataContent or UriContent or HostedFileContent:
                    Open(message.Role, ref open);
                    ResponsesMediaWriter.Write(writer, contents[i]);
                    break;
                case FunctionCallContent function:
                    Close(ref open);
                    WriteCall(function);
                    break;
                case FunctionResultContent result:
                    Close(ref open);
                    WriteResult(result);
                    break;
                case TextReasoningContent reasoning:
                    Close(ref open);
                    WriteReasoning(reasoning);
                    break;
                case TextContent or UsageContent or ErrorContent:
                    // Left over from a coalesced stream; they say nothing to the model.
                    break;
                default:
                    Close(ref open);
                    WriteOther(contents[i]);
                    break;
            }
        }

        Close(ref open);
    }

    private void Open(ChatRole role, ref bool open)
    {
        if (open)
        {
            return;
        }

        open = true;
        writer.WriteStartObject();
        writer.WriteString("type"u8, "message"u8);
        if (role == ChatRole.System)
        {
            writer.WriteString("role"u8, "developer"u8);
        }
        else
        {
            writer.WriteString("role"u8, role == ChatRole.Tool ? "user" : role.Value);
        }

        writer.WriteStartArray("content"u8);
    }

    private void Close(ref bool open)
    {
        if (open)
        {
            writer.WriteEndArray();
            writer.WriteEndObject();
            open = false;
        }
    }

    private void WriteText(string? text, ReadOnlySpan<byte> type, ReadOnlySpan<byte> field)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WriteString(field, text ?? "");
        writer.WriteEndObject();
    }

    private void WriteCall(FunctionCallContent function)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "function_call"u8);
        writer.WriteString("call_id"u8, ToolCallIds.Rewrite(function.CallId, ToolCallIdRules.OpenAIResponses, call.Report));
        writer.WriteString("name"u8, function.Name);
        writer.WritePropertyName("arguments"u8);
        ToolValues.WriteArgumentsAsText(writer, function);
        writer.WriteEndObject();
    }

    private void WriteResult(FunctionResultContent result)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "function_call_output"u8);
        writer.WriteString("call_id"u8, ToolCallIds.Rewrite(result.CallId, ToolCallIdRules.OpenAIResponses, call.Report));
        writer.WritePropertyName("output"u8);
        if (result.Result is IEnumerable<AIContent> parts && HasMedia(parts))
        {
            WriteParts(parts);
        }
        else
        {
            ToolValues.WriteText(writer, result.Result);
        }

        writer.WriteEndObject();
    }

    private void WriteParts(IEnumerable<AIContent> parts)
    {
        writer.WriteStartArray();
        foreach (AIContent part in parts)
        {
            if (part is TextContent text)
            {
                WriteText(text.Text, "input_text"u8, "text"u8);
            }
            else
            {
                ResponsesMediaWriter.Write(writer, part);
            }
        }

        writer.WriteEndArray();
    }

    private static bool HasMedia(IEnumerable<AIContent> parts)
    {
        foreach (AIContent part in parts)
        {
            if (part is not TextContent)
            {
                return true;
            }
        }

        return false;
    }

    private void WriteReasoning(TextReasoningContent reasoning)
    {
        if (ResponsesState.ItemOf(reasoning, call) is { } item)
        {
            writer.WriteRawValue(item);
        }
    }

    private void WriteOther(AIContent content)
    {
        if (ResponsesState.Items.TryGet(content, out JsonElement item))
        {
            ValueWriter.WriteElement(writer, item);
            return;
        }

        FieldPolicy.Content(call, content, ResponsesState.Origin, "text, image, audio, PDF, hosted file, reasoning, function call and function result");
    }
}
