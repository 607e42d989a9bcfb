using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Writes a conversation as messages of blocks.</summary>
internal readonly struct BedrockMessageWriter(Utf8JsonWriter writer, ProviderCall call, BedrockCachePoints points)
{
    public void Write(IReadOnlyList<ChatMessage> messages)
    {
        var media = new BedrockMediaWriter(writer, call);
        writer.WriteStartArray("messages"u8);
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role == ChatRole.System)
            {
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("role"u8, messages[i].Role == ChatRole.Assistant ? "assistant"u8 : "user"u8);
            writer.WriteStartArray("content"u8);
            foreach (AIContent content in messages[i].Contents)
            {
                WriteBlock(content, media);
                points.Write(writer, content.AdditionalProperties);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteBlock(AIContent content, BedrockMediaWriter media)
    {
        switch (content)
        {
            case TextContent { Text.Length: > 0 } text:
                WriteText(text.Text);
                break;
            case ErrorContent { ErrorCode: "Refusal", Message.Length: > 0 } refusal:
                WriteText(refusal.Message);
                break;
            case FunctionCallContent function:
                WriteCall(function);
                break;
            case FunctionResultContent result:
                WriteResult(result, media);
                break;
            case TextReasoningContent reasoning:
                WriteReasoning(reasoning);
                break;
            case DataContent or UriContent:
                media.Write(content);
                break;
            case TextContent or UsageContent or ErrorContent:
                // Left over from a coalesced stream; they say nothing to the model.
                break;
            default:
                if (BedrockContents.Blocks.TryGet(content, out JsonElement block))
                {
                    ValueWriter.WriteElement(writer, block);
                    break;
                }

                FieldPolicy.Content(call, content, BedrockContents.Origin, "text, image, document, video, sound, reasoning, function call and function result");
                break;
        }
    }

    private void WriteText(string text)
    {
        writer.WriteStartObject();
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
    }

    private void WriteCall(FunctionCallContent function)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("toolUse"u8);
        writer.WriteString("toolUseId"u8, ToolCallIds.Rewrite(function.CallId, ToolCallIdRules.Bedrock, call.Report));
        writer.WriteString("name"u8, function.Name);
        writer.WritePropertyName("input"u8);
        ToolValues.WriteArguments(writer, function);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteResult(FunctionResultContent result, BedrockMediaWriter media)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("toolResult"u8);
        writer.WriteString("toolUseId"u8, ToolCallIds.Rewrite(result.CallId, ToolCallIdRules.Bedrock, call.Report));
        writer.WriteStartArray("content"u8);
        if (result.Result is IEnumerable<AIContent> parts)
        {
            foreach (AIContent part in parts)
            {
                if (part is DataContent or UriContent)
                {
                    media.Write(part, isResult: true);
                }
                else
                {
                    WriteBlock(part, media);
                }
            }
        }
        else
        {
            writer.WriteStartObject();
            writer.WritePropertyName("text"u8);
            ToolValues.WriteText(writer, result.Result);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (result.Exception is not null)
        {
            writer.WriteString("status"u8, "error"u8);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteReasoning(TextReasoningContent reasoning)
    {
        if (BedrockContents.StateOf(reasoning, out bool redacted) is not { } state)
        {
            if (reasoning.ProtectedData is not null)
            {
                call.Report.AddChange("reasoning state: dropped, it belongs to another vendor");
            }

            return;
        }

        writer.WriteStartObject();
        writer.WriteStartObject("reasoningContent"u8);
        if (redacted)
        {
            writer.WriteString("redactedContent"u8, state);
        }
        else
        {
            writer.WriteStartObject("reasoningText"u8);
            writer.WriteString("text"u8, reasoning.Text);
            writer.WriteString("signature"u8, state);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
