using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>Messages in OpenAI's shape, which is what trace viewers render as a conversation.</summary>
internal static class ChatJson
{
    public static void WriteMessages(Utf8JsonWriter writer, IEnumerable<ChatMessage> messages, TraceValueWriter values)
    {
        writer.WriteStartArray();
        foreach (ChatMessage message in messages)
        {
            WriteMessage(writer, message, values);
        }

        writer.WriteEndArray();
    }

    public static void WriteResponse(Utf8JsonWriter writer, ChatResponse response, TraceValueWriter values)
    {
        if (response.Messages.Count == 1)
        {
            WriteMessage(writer, response.Messages[0], values);
        }
        else
        {
            WriteMessages(writer, response.Messages, values);
        }
    }

    public static void WriteMessage(Utf8JsonWriter writer, ChatMessage message, TraceValueWriter values)
    {
        writer.WriteStartObject();
        writer.WriteString("role", message.Role.Value);
        if (message.AuthorName is { } author)
        {
            writer.WriteString("name", author);
        }

        WriteContent(writer, message, values.MaxMediaBytes);
        WriteToolCalls(writer, message, values);
        WriteToolResults(writer, message, values);
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, ChatMessage message, int maxMediaBytes)
    {
        int texts = 0;
        int others = 0;
        foreach (AIContent content in message.Contents)
        {
            texts += content is TextContent ? 1 : 0;
            others += content is DataContent or UriContent ? 1 : 0;
        }

        if (others == 0)
        {
            if (texts > 0)
            {
                writer.WriteString("content", message.Text);
            }
            else if (!HasResult(message))
            {
                writer.WriteNull("content");
            }

            return;
        }

        writer.WriteStartArray("content");
        foreach (AIContent content in message.Contents)
        {
            WritePart(writer, content, maxMediaBytes);
        }

        writer.WriteEndArray();
    }

    private static bool HasResult(ChatMessage message)
    {
        foreach (AIContent content in message.Contents)
        {
            if (content is FunctionResultContent)
            {
                return true;
            }
        }

        return false;
    }

    private static void WritePart(Utf8JsonWriter writer, AIContent content, int maxMediaBytes)
    {
        switch (content)
        {
            case TextContent text:
                writer.WriteStartObject();
                writer.WriteString("type", "text");
                writer.WriteString("text", text.Text);
                writer.WriteEndObject();
                break;
            case UriContent uri:
                writer.WriteStartObject();
                writer.WriteString("type", "image_url");
                writer.WriteStartObject("image_url");
                writer.WriteString("url", uri.Uri.ToString());
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            case DataContent data:
                // The bytes themselves would swamp the trace; their kind and size say what was there.
                writer.WriteStartObject();
                writer.WriteString("type", "data");
                writer.WriteString("media_type", data.MediaType);
                if (data.Data.Length <= maxMediaBytes)
                {
                    writer.WriteBase64String("data", data.Data.Span);
                }
                else
                {
                    writer.WriteNumber("bytes", data.Data.Length);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteToolCalls(Utf8JsonWriter writer, ChatMessage message, TraceValueWriter values)
    {
        bool open = false;
        foreach (AIContent content in message.Contents)
        {
            if (content is not FunctionCallContent call)
            {
                continue;
            }

            if (!open)
            {
                writer.WriteStartArray("tool_calls");
                open = true;
            }

            ContentBuffer arguments = ContentBufferPool.Rent(int.MaxValue);
            values.WriteArguments(arguments, call.Arguments);
            writer.WriteStartObject();
            writer.WriteString("id", call.CallId);
            writer.WriteString("type", "function");
            writer.WriteStartObject("function");
            writer.WriteString("name", call.Name);
            writer.WriteString("arguments", arguments.Written);
            writer.WriteEndObject();
            writer.WriteEndObject();
            ContentBufferPool.Return(arguments);
        }

        if (open)
        {
            writer.WriteEndArray();
        }
    }

    private static void WriteToolResults(Utf8JsonWriter writer, ChatMessage message, TraceValueWriter values)
    {
        int results = 0;
        foreach (AIContent content in message.Contents)
        {
            results += content is FunctionResultContent ? 1 : 0;
        }

        if (results > 1)
        {
            writer.WriteStartArray("tool_results");
        }

        foreach (AIContent content in message.Contents)
        {
            if (content is not FunctionResultContent result)
            {
                continue;
            }

            if (results > 1)
            {
                writer.WriteStartObject();
            }

            writer.WriteString("tool_call_id", result.CallId);
            writer.WritePropertyName(results > 1 || message.Text.Length == 0 ? "content" : "result");
            values.WriteValue(writer, result.Result);
            if (results > 1)
            {
                writer.WriteEndObject();
            }
        }

        if (results > 1)
        {
            writer.WriteEndArray();
        }
    }
}
