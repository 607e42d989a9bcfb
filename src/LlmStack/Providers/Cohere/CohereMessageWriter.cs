using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>Writes a conversation. Thoughts that led to tool calls go back as their plan.</summary>
internal readonly struct CohereMessageWriter(Utf8JsonWriter writer, ProviderCall call)
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
            WriteResults(messages[i]);
            WriteMessage(messages[i]);
        }

        writer.WriteEndArray();
    }

    private void WriteResults(ChatMessage message)
    {
        List<AIContent>? media = null;
        foreach (AIContent content in message.Contents)
        {
            if (content is FunctionResultContent result)
            {
                writer.WriteStartObject();
                writer.WriteString("role"u8, "tool"u8);
                writer.WriteString("tool_call_id"u8, result.CallId);
                writer.WritePropertyName("content"u8);
                ToolValues.WriteText(writer, result.Result, ref media);
                writer.WriteEndObject();
            }
        }

        if (media is not null)
        {
            ToolValues.ReportMoved(call.Report);
            WriteMessage(new ChatMessage(ChatRole.User, media));
        }
    }

    private void WriteMessage(ChatMessage message)
    {
        StringBuilder? text = null;
        StringBuilder? plan = null;
        bool images = false, calls = false;
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent part:
                    (text ??= new StringBuilder()).Append(part.Text);
                    break;
                case TextReasoningContent part:
                    (plan ??= new StringBuilder()).Append(part.Text);
                    break;
                case DataContent data when data.HasTopLevelMediaType("image"):
                case UriContent uri when uri.HasTopLevelMediaType("image"):
                    images = true;
                    break;
                case FunctionCallContent:
                    calls = true;
                    break;
                case ErrorContent { ErrorCode: "Refusal" } refusal:
                    (text ??= new StringBuilder()).Append(refusal.Message);
                    break;
                case FunctionResultContent or UsageContent or ErrorContent:
                    break;
                default:
                    FieldPolicy.Content(call, content, "cohere", "text, images, refusals, reasoning, function call and function result, and documents as the further field 'documents'");
                    break;
            }
        }

        if (text is null && !images && !calls)
        {
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("role"u8, message.Role == ChatRole.Tool ? "user" : message.Role.Value);
        if (images)
        {
            WriteParts(message.Contents);
        }
        else if (text is not null)
        {
            writer.WriteString("content"u8, text.ToString());
        }

        if (calls)
        {
            WriteCalls(message.Contents, plan);
        }

        writer.WriteEndObject();
    }

    private void WriteParts(IList<AIContent> contents)
    {
        writer.WriteStartArray("content"u8);
        foreach (AIContent content in contents)
        {
            if (content is TextContent text)
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("text"u8, text.Text);
                writer.WriteEndObject();
            }
            else if (content is DataContent or UriContent)
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, "image_url"u8);
                writer.WriteStartObject("image_url"u8);
                writer.WriteString("url"u8, content is DataContent data ? data.Uri : ((UriContent)content).Uri.AbsoluteUri);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
    }

    private void WriteCalls(IList<AIContent> contents, StringBuilder? plan)
    {
        if (plan is not null)
        {
            writer.WriteString("tool_plan"u8, plan.ToString());
        }

        writer.WriteStartArray("tool_calls"u8);
        foreach (AIContent content in contents)
        {
            if (content is FunctionCallContent function)
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, function.CallId);
                writer.WriteString("type"u8, "function"u8);
                writer.WriteStartObject("function"u8);
                writer.WriteString("name"u8, function.Name);
                writer.WritePropertyName("arguments"u8);
                ToolValues.WriteArgumentsAsText(writer, function);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
    }
}
