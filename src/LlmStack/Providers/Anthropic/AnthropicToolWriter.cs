using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes tools and the choice among them.</summary>
internal static class AnthropicToolWriter
{
    public static void WriteTools(Utf8JsonWriter writer, IList<AITool> tools)
    {
        writer.WriteStartArray("tools"u8);
        for (int i = 0; i < tools.Count; i++)
        {
            WriteFunction(writer, (AIFunctionDeclaration)tools[i]);
        }

        writer.WriteEndArray();
    }

    private static void WriteFunction(Utf8JsonWriter writer, AIFunctionDeclaration function)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, function.Name);
        if (!string.IsNullOrEmpty(function.Description))
        {
            writer.WriteString("description"u8, function.Description);
        }

        writer.WritePropertyName("input_schema"u8);
        ValueWriter.WriteElement(writer, function.JsonSchema);
        writer.WriteEndObject();
    }

    public static void WriteChoice(Utf8JsonWriter writer, ChatToolMode mode, bool? severalCalls)
    {
        writer.WriteStartObject("tool_choice"u8);
        switch (mode)
        {
            case NoneChatToolMode:
                writer.WriteString("type"u8, "none"u8);
                break;
            case AutoChatToolMode:
                writer.WriteString("type"u8, "auto"u8);
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                writer.WriteString("type"u8, "tool"u8);
                writer.WriteString("name"u8, name);
                break;
            case RequiredChatToolMode:
                writer.WriteString("type"u8, "any"u8);
                break;
            default:
                throw ErrorFactory.Unsupported($"ToolMode: {mode.GetType().Name} is unknown; allowed are Auto, None, RequireAny and RequireSpecific.");
        }

        if (severalCalls == false && mode is not NoneChatToolMode)
        {
            writer.WriteBoolean("disable_parallel_tool_use"u8, true);
        }

        writer.WriteEndObject();
    }
}
