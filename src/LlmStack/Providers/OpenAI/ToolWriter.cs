using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes tools, the choice among them, and response formats.</summary>
internal static class ToolWriter
{
    /// <summary>Whether any tool is left to send; tools that the provider itself would run are not.</summary>
    public static bool AnyToSend(IList<AITool> tools, ProviderCall call)
    {
        bool any = false;
        for (int i = 0; i < tools.Count; i++)
        {
            if (tools[i] is AIFunctionDeclaration)
            {
                any = true;
            }
            else
            {
                FieldPolicy.Unsupported(call, "Tools", FieldEffect.Meaning, "it is a tool that the provider itself would run; this format sends functions only", $"{tools[i].Name} ({tools[i].GetType().Name})");
            }
        }

        return any;
    }

    public static void WriteTools(Utf8JsonWriter writer, IList<AITool> tools, SchemaDialect dialect, AttemptReport report)
    {
        writer.WriteStartArray("tools"u8);
        for (int i = 0; i < tools.Count; i++)
        {
            if (tools[i] is not AIFunctionDeclaration function)
            {
                continue;
            }

            bool? strict = StrictOf(function.AdditionalProperties);
            writer.WriteStartObject();
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, function.Name);
            if (!string.IsNullOrEmpty(function.Description))
            {
                writer.WriteString("description"u8, function.Description);
            }

            writer.WritePropertyName("parameters"u8);
            ValueWriter.WriteElement(writer, SchemaRewriter.ForTool(function, strict == true ? SchemaDialect.OpenAIStrict : dialect, report));
            if (strict is { } value)
            {
                writer.WriteBoolean("strict"u8, value);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteChoice(Utf8JsonWriter writer, ChatToolMode mode)
    {
        switch (mode)
        {
            case NoneChatToolMode:
                writer.WriteString("tool_choice"u8, "none"u8);
                break;
            case AutoChatToolMode:
                writer.WriteString("tool_choice"u8, "auto"u8);
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                writer.WriteStartObject("tool_choice"u8);
                writer.WriteString("type"u8, "function"u8);
                writer.WriteStartObject("function"u8);
                writer.WriteString("name"u8, name);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            case RequiredChatToolMode:
                writer.WriteString("tool_choice"u8, "required"u8);
                break;
            default:
                throw MessageWriter.Unsupported($"ToolMode: {mode.GetType().Name} is unknown; allowed are Auto, None, RequireAny and RequireSpecific.");
        }
    }

    public static void WriteFormat(Utf8JsonWriter writer, ChatResponseFormat format, IReadOnlyDictionary<string, object?>? properties, SchemaDialect dialect, AttemptReport report)
    {
        switch (format)
        {
            case ChatResponseFormatText:
                writer.WriteStartObject("response_format"u8);
                writer.WriteString("type"u8, "text"u8);
                writer.WriteEndObject();
                break;
            case ChatResponseFormatJson { Schema: not null } json:
                bool? strict = StrictOf(properties);
                writer.WriteStartObject("response_format"u8);
                writer.WriteString("type"u8, "json_schema"u8);
                writer.WriteStartObject("json_schema"u8);
                writer.WriteString("name"u8, json.SchemaName ?? "json_schema");
                if (!string.IsNullOrEmpty(json.SchemaDescription))
                {
                    writer.WriteString("description"u8, json.SchemaDescription);
                }

                writer.WritePropertyName("schema"u8);
                ValueWriter.WriteElement(writer, SchemaRewriter.ForResponse(json, strict == true ? SchemaDialect.OpenAIStrict : dialect, report));
                if (strict is { } value)
                {
                    writer.WriteBoolean("strict"u8, value);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            case ChatResponseFormatJson:
                writer.WriteStartObject("response_format"u8);
                writer.WriteString("type"u8, "json_object"u8);
                writer.WriteEndObject();
                break;
            default:
                throw MessageWriter.Unsupported($"ResponseFormat: {format.GetType().Name} is unknown; allowed are Text, Json and a JSON schema.");
        }
    }

    /// <summary>Microsoft.Extensions.AI's convention for strict schemas: a property on the tool or the options.</summary>
    public static bool? StrictOf(IReadOnlyDictionary<string, object?>? properties)
    {
        if (properties is null)
        {
            return null;
        }

        return (properties.TryGetValue("strict", out object? value) || properties.TryGetValue("strictJsonSchema", out value)) && value is bool strict ? strict : null;
    }
}
