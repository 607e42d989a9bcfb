using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Writes a conversation: texts joined, images as bare base64, results named by their tool.</summary>
internal readonly struct OllamaMessageWriter(Utf8JsonWriter writer, ProviderCall call)
{
    public void Write(IReadOnlyList<ChatMessage> messages, string? instructions)
    {
        writer.WriteStartArray("messages"u8);
        if (!string.IsNullOrEmpty(instructions))
        {
            writer.WriteStartObject();
            writer.WriteString("role"u8, "system"u8);
            writer.WriteString("content"u8, instructions);
            writer.WriteEndObject();
        }

        for (int i = 0; i < messages.Count; i++)
        {
            WriteResults(messages, i);
            WriteMessage(messages[i]);
        }

        writer.WriteEndArray();
    }

    private void WriteMessage(ChatMessage message)
    {
        var text = new StringBuilder();
        StringBuilder? thinking = null;
        bool any = false, images = false, calls = false;
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent part:
                    text.Append(part.Text);
                    any = true;
                    break;
                case TextReasoningContent part:
                    (thinking ??= new StringBuilder()).Append(part.Text);
                    break;
                case DataContent data when data.HasTopLevelMediaType("image"):
                    images = true;
                    break;
                case FunctionCallContent:
                    calls = true;
                    break;
                case ErrorContent { ErrorCode: "Refusal" } refusal:
                    text.Append(refusal.Message);
                    any = true;
                    break;
                case FunctionResultContent or UsageContent or ErrorContent:
                    break;
                default:
                    FieldPolicy.Content(call, content, "ollama", "text, images as data, refusals, reasoning, function call and function result");
                    break;
            }
        }

        if (!any && !images && !calls)
        {
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("role"u8, message.Role == ChatRole.Tool ? "user" : message.Role.Value);
        writer.WriteString("content"u8, text.ToString());
        if (thinking is not null)
        {
            writer.WriteString("thinking"u8, thinking.ToString());
        }

        if (images)
        {
            WriteImages(message.Contents);
        }

        if (calls)
        {
            WriteCalls(message.Contents);
        }

        writer.WriteEndObject();
    }

    private void WriteImages(IList<AIContent> contents)
    {
        writer.WriteStartArray("images"u8);
        foreach (AIContent content in contents)
        {
            if (content is DataContent data)
            {
                writer.WriteBase64StringValue(data.Data.Span);
            }
        }

        writer.WriteEndArray();
    }

    private void WriteCalls(IList<AIContent> contents)
    {
        writer.WriteStartArray("tool_calls"u8);
        foreach (AIContent content in contents)
        {
            if (content is FunctionCallContent function)
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, function.CallId);
                writer.WriteStartObject("function"u8);
                writer.WriteString("name"u8, function.Name);
                writer.WritePropertyName("arguments"u8);
                ToolValues.WriteArguments(writer, function);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
    }

    private void WriteResults(IReadOnlyList<ChatMessage> messages, int at)
    {
        List<AIContent>? media = null;
        foreach (AIContent content in messages[at].Contents)
        {
            if (content is not FunctionResultContent result)
            {
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("role"u8, "tool"u8);
            if (NameOf(messages, at, result.CallId) is { } name)
            {
                writer.WriteString("tool_name"u8, name);
            }

            writer.WriteString("tool_call_id"u8, result.CallId);
            writer.WritePropertyName("content"u8);
            ToolValues.WriteText(writer, result.Result, ref media);
            writer.WriteEndObject();
        }

        if (media is not null)
        {
            ToolValues.ReportMoved(call.Report);
            WriteMessage(new ChatMessage(ChatRole.User, media));
        }
    }

    /// <summary>The format names a result by its tool, which only the call knows.</summary>
    private static string? NameOf(IReadOnlyList<ChatMessage> messages, int before, string callId)
    {
        for (int i = before - 1; i >= 0; i--)
        {
            foreach (AIContent content in messages[i].Contents)
            {
                if (content is FunctionCallContent function && function.CallId == callId)
                {
                    return function.Name;
                }
            }
        }

        return null;
    }
}
