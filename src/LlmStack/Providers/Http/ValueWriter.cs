using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Writes values of unknown type without reflection.</summary>
internal static class ValueWriter
{
    /// <summary>Writes primitives, JSON values and lists of texts; false for anything else.</summary>
    public static bool TryWrite(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                return true;
            case string text:
                writer.WriteStringValue(text);
                return true;
            case bool flag:
                writer.WriteBooleanValue(flag);
                return true;
            case int number:
                writer.WriteNumberValue(number);
                return true;
            case long number:
                writer.WriteNumberValue(number);
                return true;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                return true;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                return true;
            case decimal number:
                writer.WriteNumberValue(number);
                return true;
            case uint number:
                writer.WriteNumberValue(number);
                return true;
            case ulong number:
                writer.WriteNumberValue(number);
                return true;
            case short number:
                writer.WriteNumberValue(number);
                return true;
            case byte number:
                writer.WriteNumberValue(number);
                return true;
            case JsonElement element when element.ValueKind != JsonValueKind.Undefined:
                WriteElement(writer, element);
                return true;
            case JsonNode node:
                node.WriteTo(writer);
                return true;
            case JsonDocument document:
                WriteElement(writer, document.RootElement);
                return true;
            case IEnumerable<string> texts:
                writer.WriteStartArray();
                foreach (string text in texts)
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
                return true;
            default:
                return false;
        }
    }

    /// <summary>As <see cref="TryWrite"/>, and types that Microsoft.Extensions.AI's serializer options know.</summary>
    public static bool TryWriteKnown(Utf8JsonWriter writer, object? value)
    {
        if (TryWrite(writer, value))
        {
            return true;
        }

        if (!AIJsonUtilities.DefaultOptions.TryGetTypeInfo(value!.GetType(), out JsonTypeInfo? info))
        {
            return false;
        }

        JsonSerializer.Serialize(writer, value, info);
        return true;
    }

    /// <summary>Copies the element's own bytes: no second formatting of a schema.</summary>
    public static void WriteElement(Utf8JsonWriter writer, JsonElement element) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);
}
