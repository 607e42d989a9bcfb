using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Writes tools and the choice among them.</summary>
internal static class BedrockToolWriter
{
    private static readonly JsonElement Open = JsonDocument.Parse("""{"type":"object"}""").RootElement.Clone();

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<ChatMessage> messages, ChatOptions? options, ChatToolMode? mode, ProviderCall call, BedrockCachePoints points)
    {
        if (options?.AllowMultipleToolCalls == false && options.Tools is { Count: > 0 })
        {
            FieldPolicy.Unsupported(call, "AllowMultipleToolCalls", FieldEffect.Sampling, "the format has no such field");
        }

        if (options?.Tools is { Count: > 0 } tools && mode is not NoneChatToolMode)
        {
            writer.WriteStartObject("toolConfig"u8);
            WriteTools(writer, tools, call, points);
            WriteChoice(writer, mode);
            writer.WriteEndObject();
        }
        else if (NamesIn(messages) is { } names)
        {
            WriteKnown(writer, names, options?.Tools, call);
        }
    }

    private static void WriteTools(Utf8JsonWriter writer, IList<AITool> tools, ProviderCall call, BedrockCachePoints points)
    {
        writer.WriteStartArray("tools"u8);
        for (int i = 0; i < tools.Count; i++)
        {
            if (tools[i] is AIFunctionDeclaration function)
            {
                WriteTool(writer, function.Name, function.Description, SchemaRewriter.ForTool(function, SchemaDialect.Tool, call.Report));
                points.Write(writer, function.AdditionalProperties);
            }
            else
            {
                FieldPolicy.Unsupported(call, "Tools", FieldEffect.Meaning, "this format sends functions only, no tools that the provider itself would run", tools[i].Name);
            }
        }

        writer.WriteEndArray();
    }

    /// <summary>A history with calls is refused without their tools, so that they are declared though none may be called.</summary>
    private static void WriteKnown(Utf8JsonWriter writer, List<string> names, IList<AITool>? tools, ProviderCall call)
    {
        call.Report.AddChange("Tools: those of the history are declared, the format demands it");
        writer.WriteStartObject("toolConfig"u8);
        writer.WriteStartArray("tools"u8);
        foreach (string name in names)
        {
            AIFunctionDeclaration? known = null;
            for (int i = 0; i < (tools?.Count ?? 0); i++)
            {
                known ??= tools![i] is AIFunctionDeclaration function && function.Name == name ? function : null;
            }

            WriteTool(writer, name, known?.Description ?? "", known is null ? Open : SchemaRewriter.ForTool(known, SchemaDialect.Tool, call.Report));
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter writer, string name, string description, JsonElement schema)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("toolSpec"u8);
        writer.WriteString("name"u8, name);
        if (description.Length > 0)
        {
            writer.WriteString("description"u8, description);
        }

        writer.WriteStartObject("inputSchema"u8);
        writer.WritePropertyName("json"u8);
        ValueWriter.WriteElement(writer, schema);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter writer, ChatToolMode? mode)
    {
        if (mode is not RequiredChatToolMode required)
        {
            return;
        }

        writer.WriteStartObject("toolChoice"u8);
        writer.WriteStartObject(required.RequiredFunctionName is null ? "any"u8 : "tool"u8);
        if (required.RequiredFunctionName is { } name)
        {
            writer.WriteString("name"u8, name);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static List<string>? NamesIn(IReadOnlyList<ChatMessage> messages)
    {
        List<string>? names = null;
        for (int i = 0; i < messages.Count; i++)
        {
            foreach (AIContent content in messages[i].Contents)
            {
                if (content is FunctionCallContent function && names?.Contains(function.Name) != true)
                {
                    (names ??= []).Add(function.Name);
                }
            }
        }

        return names;
    }
}
