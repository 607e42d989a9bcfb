using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes tools: functions of the caller, and tools that the provider runs.</summary>
internal readonly ref struct AnthropicToolWriter(Utf8JsonWriter writer, ProviderCall call, CacheMarks marks)
{
    private const int MaxNameLength = 128;

    public void Write(IList<AITool> tools)
    {
        writer.WriteStartArray("tools"u8);
        for (int i = 0; i < tools.Count; i++)
        {
            switch (tools[i])
            {
                case AIFunctionDeclaration function:
                    WriteFunction(function);
                    break;
                case HostedWebSearchTool search:
                    WriteServerTool("web_search_20250305", "web_search", search.AdditionalProperties);
                    break;
                case HostedCodeInterpreterTool code:
                    WriteServerTool("code_execution_20250825", "code_execution", code.AdditionalProperties);
                    break;
                case { AdditionalProperties: { } properties } other when properties.TryGetValue("type", out object? type) && type is string word:
                    WriteServerTool(word, other.Name, properties);
                    break;
                default:
                    FieldPolicy.Unsupported(call, "Tools", FieldEffect.Meaning, "the format has functions, web search, code execution, and tools whose additional properties name their 'type'", tools[i].Name);
                    break;
            }
        }

        writer.WriteEndArray();
    }

    private void WriteFunction(AIFunctionDeclaration function)
    {
        CheckName(function.Name);
        bool strict = IsStrict(function.AdditionalProperties);
        writer.WriteStartObject();
        writer.WriteString("name"u8, function.Name);
        if (!string.IsNullOrEmpty(function.Description))
        {
            writer.WriteString("description"u8, function.Description);
        }

        writer.WritePropertyName("input_schema"u8);
        ValueWriter.WriteElement(writer, SchemaRewriter.ForTool(function, strict ? SchemaDialect.AnthropicStrict : SchemaDialect.Tool, call.Report));
        if (strict)
        {
            writer.WriteBoolean("strict"u8, true);
        }

        marks.Write(writer, function.AdditionalProperties);
        writer.WriteEndObject();
    }

    /// <summary>Further properties of such a tool, for instance <c>max_uses</c>, are its fields.</summary>
    private void WriteServerTool(string type, string name, IReadOnlyDictionary<string, object?> properties)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WriteString("name"u8, name);
        foreach (KeyValuePair<string, object?> property in properties)
        {
            if (property.Key is "type" or "name" or CacheMarks.Key || property.Value is null)
            {
                continue;
            }

            writer.WritePropertyName(property.Key);
            if (!ValueWriter.TryWrite(writer, property.Value))
            {
                throw FieldPolicy.Refusal($"Tools[{name}].{property.Key}", "allowed are text, bool, finite numbers, JsonElement, JsonNode and lists of texts", property.Value.GetType().Name);
            }
        }

        marks.Write(writer, properties);
        writer.WriteEndObject();
    }

    /// <summary>Microsoft.Extensions.AI's convention for strict schemas.</summary>
    private static bool IsStrict(IReadOnlyDictionary<string, object?> properties) =>
        (properties.TryGetValue("strict", out object? value) || properties.TryGetValue("strictJsonSchema", out value)) && value is true;

    private static void CheckName(string name)
    {
        bool valid = name.Length is > 0 and <= MaxNameLength;
        foreach (char c in name)
        {
            valid &= char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
        }

        if (!valid)
        {
            throw FieldPolicy.Refusal("Tools", $"allowed are names of 1 to {MaxNameLength} letters, digits, '_' and '-'", name);
        }
    }
}
