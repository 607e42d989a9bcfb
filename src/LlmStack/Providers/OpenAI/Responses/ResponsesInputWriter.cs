using System.Text;
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
        StringBuilder? said = null;
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent { Text.Length: > 0 } text when assistant:
                    (said ??= new StringBuilder()).Append(text.Text);
                    break;
                case ErrorContent { ErrorCode: "Refusal", Message.Length: > 0 } refusal:
                    (said ??= new StringBuilder()).Append(refusal.Message);
                    break;
                case TextContent { Text.Length: > 0 } text:
                    Open(message.Role, ref open);
                    WriteText(text.Text);
                    break;
                case DataContent or UriContent or HostedFileContent when assistant:
                    CloseSaid(ref said);
                    WriteShown(contents[i]);
                    break;
                case DataContent or UriContent or HostedFileContent:
                    Open(message.Role, ref open);
                    ResponsesMediaWriter.Write(writer, contents[i]);
                    break;
                case FunctionCallContent function:
                    Close(ref open, ref said);
                    WriteCall(function);
                    break;
                case FunctionResultContent result:
                    Close(ref open, ref said);
                    WriteResult(result);
                    break;
                case TextReasoningContent reasoning:
                    Close(ref open, ref said);
                    WriteReasoning(reasoning);
                    break;
                case TextContent or UsageContent or ErrorContent:
                    // Left over from a coalesced stream; they say nothing to the model.
                    break;
                default:
                    Close(ref open, ref said);
                    WriteOther(contents[i]);
                    break;
            }
        }

        Close(ref open, ref said);
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

    private void Close(ref bool open, ref StringBuilder? said)
    {
        CloseSaid(ref said);
        if (open)
        {
            writer.WriteEndArray();
            writer.WriteEndObject();
            open = false;
        }
    }

    /// <summary>What the model said is one text: parts of its own would need the ids that only the server gives, and keeps only when it keeps the answer.</summary>
    private void CloseSaid(ref StringBuilder? said)
    {
        if (said is null)
        {
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("content"u8, said.ToString());
        writer.WriteEndObject();
        said = null;
    }

    /// <summary>What the model showed can only be shown to it.</summary>
    private void WriteShown(AIContent content)
    {
        call.Report.AddChange("messages: images and files of the assistant moved into a message of the user, the format allows only text of the assistant");
        bool open = false;
        StringBuilder? none = null;
        Open(ChatRole.User, ref open);
        ResponsesMediaWriter.Write(writer, content);
        Close(ref open, ref none);
    }

    private void WriteText(string? text)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "input_text"u8);
        writer.WriteString("text"u8, text ?? "");
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
                WriteText(text.Text);
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

        FieldPolicy.Content(call, content, ResponsesState.Origin, "text, image, PDF, hosted file, reasoning, function call and function result");
    }
}
