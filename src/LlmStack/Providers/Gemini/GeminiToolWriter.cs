using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Writes tools, functions of the caller and tools that the provider runs, and the choice among them.</summary>
internal readonly ref struct GeminiToolWriter(Utf8JsonWriter writer, ProviderCall call, ModelTraits traits)
{
    private const int MaxNameLength = 128;

    public void Write(IList<AITool> tools, ChatOptions options)
    {
        writer.WriteStartArray("tools"u8);
        WriteFunctions(tools);
        for (int i = 0; i < tools.Count; i++)
        {
            switch (tools[i])
            {
                case AIFunctionDeclaration:
                    break;
                case HostedWebSearchTool search:
                    WriteServerTool("googleSearch", search.AdditionalProperties);
                    break;
                case HostedCodeInterpreterTool code:
                    WriteServerTool("codeExecution", code.AdditionalProperties);
                    break;
                case { AdditionalProperties: { } properties } when properties.TryGetValue("type", out object? type) && type is string word:
                    WriteServerTool(word, properties);
                    break;
                default:
                    FieldPolicy.Unsupported(call, "Tools", FieldEffect.Meaning, "the format has functions, web search, code execution, and tools whose additional properties name their 'type', for instance urlContext", tools[i].Name);
                    break;
            }
        }

        writer.WriteEndArray();
        WriteChoice(options);
    }

    private void WriteFunctions(IList<AITool> tools)
    {
        bool open = false;
        for (int i = 0; i < tools.Count; i++)
        {
            if (tools[i] is not AIFunctionDeclaration function)
            {
                continue;
            }

            if (!open)
            {
                open = true;
                writer.WriteStartObject();
                writer.WriteStartArray("functionDeclarations"u8);
            }

            WriteFunction(function);
        }

        if (open)
        {
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }

    private void WriteFunction(AIFunctionDeclaration function)
    {
        CheckName(function.Name);
        writer.WriteStartObject();
        writer.WriteString("name"u8, function.Name);
        if (!string.IsNullOrEmpty(function.Description))
        {
            writer.WriteString("description"u8, function.Description);
        }

        writer.WritePropertyName(traits.JsonSchema ? "parametersJsonSchema"u8 : "parameters"u8);
        ValueWriter.WriteElement(writer, SchemaRewriter.ForTool(function, traits.JsonSchema ? SchemaDialect.GeminiJson : SchemaDialect.GeminiOpenApi, call.Report));
        writer.WriteEndObject();
    }

    private void WriteServerTool(string type, IReadOnlyDictionary<string, object?> properties)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(type);
        foreach (KeyValuePair<string, object?> property in properties)
        {
            if (property.Key is "type" || property.Value is null)
            {
                continue;
            }

            writer.WritePropertyName(property.Key);
            if (!ValueWriter.TryWrite(writer, property.Value))
            {
                throw FieldPolicy.Refusal($"Tools[{type}].{property.Key}", "allowed are text, bool, finite numbers, JsonElement, JsonNode and lists of texts", property.Value.GetType().Name);
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteChoice(ChatOptions options)
    {
        if (options.AllowMultipleToolCalls == false)
        {
            FieldPolicy.Unsupported(call, "AllowMultipleToolCalls", FieldEffect.Sampling, "the format has no such field");
        }

        if (options.ToolMode is not { } mode)
        {
            return;
        }

        writer.WriteStartObject("toolConfig"u8);
        writer.WriteStartObject("functionCallingConfig"u8);
        writer.WriteString("mode"u8, mode switch
        {
            NoneChatToolMode => "NONE"u8,
            AutoChatToolMode => "AUTO"u8,
            RequiredChatToolMode => "ANY"u8,
            _ => throw FieldPolicy.Refusal("ToolMode", "allowed are Auto, None, RequireAny and RequireSpecific", mode.GetType().Name),
        });
        if (mode is RequiredChatToolMode { RequiredFunctionName: { } name })
        {
            writer.WriteStartArray("allowedFunctionNames"u8);
            writer.WriteStringValue(name);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void CheckName(string name)
    {
        bool valid = name.Length is > 0 and <= MaxNameLength && (char.IsAsciiLetter(name[0]) || name[0] == '_');
        foreach (char c in name)
        {
            valid &= char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':';
        }

        if (!valid)
        {
            throw FieldPolicy.Refusal("Tools", $"allowed are names of 1 to {MaxNameLength} letters, digits, '_', '-', '.' and ':' that begin with a letter or '_'", name);
        }
    }
}
