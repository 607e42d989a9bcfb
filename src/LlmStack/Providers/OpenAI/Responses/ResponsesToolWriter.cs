using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Writes tools, flat in this format, the choice among them, and the form of the text.</summary>
internal static class ResponsesToolWriter
{
    public static void Write(Utf8JsonWriter writer, IList<AITool> tools, ChatOptions options, ProviderCall call)
    {
        writer.WriteStartArray("tools"u8);
        for (int i = 0; i < tools.Count; i++)
        {
            if (tools[i] is AIFunctionDeclaration function)
            {
                WriteFunction(writer, function, call);
            }
            else
            {
                ResponsesHostedToolWriter.Write(writer, tools[i]);
            }
        }

        writer.WriteEndArray();
        if (options.ToolMode is { } mode)
        {
            WriteChoice(writer, mode);
        }

        if (options.AllowMultipleToolCalls is { } several)
        {
            writer.WriteBoolean("parallel_tool_calls"u8, several);
        }
    }

    public static void WriteFormat(Utf8JsonWriter writer, ChatResponseFormat format, IReadOnlyDictionary<string, object?>? properties, ProviderCall call)
    {
        writer.WriteStartObject("format"u8);
        switch (format)
        {
            case ChatResponseFormatText:
                writer.WriteString("type"u8, "text"u8);
                break;
            case ChatResponseFormatJson { Schema: not null } json:
                bool strict = ToolWriter.StrictOf(properties) ?? false;
                writer.WriteString("type"u8, "json_schema"u8);
                writer.WriteString("name"u8, json.SchemaName ?? "json_schema");
                if (!string.IsNullOrEmpty(json.SchemaDescription))
                {
                    writer.WriteString("description"u8, json.SchemaDescription);
                }

                writer.WritePropertyName("schema"u8);
                ValueWriter.WriteElement(writer, SchemaRewriter.ForResponse(json, strict ? SchemaDialect.OpenAIStrict : SchemaDialect.Full, call.Report));
                writer.WriteBoolean("strict"u8, strict);
                break;
            case ChatResponseFormatJson:
                writer.WriteString("type"u8, "json_object"u8);
                break;
            default:
                throw FieldPolicy.Refusal("ResponseFormat", "allowed are Text, Json and a JSON schema", format.GetType().Name);
        }

        writer.WriteEndObject();
    }

    private static void WriteFunction(Utf8JsonWriter writer, AIFunctionDeclaration function, ProviderCall call)
    {
        // Unlike chat completions, this format takes functions as strict unless told otherwise.
        bool strict = ToolWriter.StrictOf(function.AdditionalProperties) ?? false;
        writer.WriteStartObject();
        writer.WriteString("type"u8, "function"u8);
        writer.WriteString("name"u8, function.Name);
        if (!string.IsNullOrEmpty(function.Description))
        {
            writer.WriteString("description"u8, function.Description);
        }

        writer.WritePropertyName("parameters"u8);
        ValueWriter.WriteElement(writer, SchemaRewriter.ForTool(function, strict ? SchemaDialect.OpenAIStrict : SchemaDialect.Tool, call.Report));
        writer.WriteBoolean("strict"u8, strict);
        writer.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter writer, ChatToolMode mode)
    {
        if (mode is RequiredChatToolMode { RequiredFunctionName: { } name })
        {
            writer.WriteStartObject("tool_choice"u8);
            writer.WriteString("type"u8, "function"u8);
            writer.WriteString("name"u8, name);
            writer.WriteEndObject();
        }
        else
        {
            ToolWriter.WriteChoice(writer, mode);
        }
    }
}
