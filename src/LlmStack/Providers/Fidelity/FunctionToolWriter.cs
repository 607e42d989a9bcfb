using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>Writes functions in the shape that several formats took over from chat completions.</summary>
internal static class FunctionToolWriter
{
    public static void Write(Utf8JsonWriter writer, IList<AITool> tools, SchemaDialect dialect, ProviderCall call)
    {
        writer.WriteStartArray("tools"u8);
        for (int i = 0; i < tools.Count; i++)
        {
            if (tools[i] is not AIFunctionDeclaration function)
            {
                FieldPolicy.Unsupported(call, "Tools", FieldEffect.Meaning, "this format sends functions only, no tools that the provider itself would run", tools[i].Name);
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, function.Name);
            if (!string.IsNullOrEmpty(function.Description))
            {
                writer.WriteString("description"u8, function.Description);
            }

            writer.WritePropertyName("parameters"u8);
            ValueWriter.WriteElement(writer, SchemaRewriter.ForTool(function, dialect, call.Report));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
