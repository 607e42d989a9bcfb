using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>The form in which a type is asked for, made once for each type and options: the schema, in an object where the type is none.</summary>
/// <param name="Format">What goes into <see cref="ChatOptions.ResponseFormat"/>.</param>
/// <param name="IsWrapped">Whether the value is the property <c>data</c> of an object.</param>
internal sealed record StructuredForm(ChatResponseFormatJson Format, bool IsWrapped)
{
    private static readonly AIJsonSchemaCreateOptions SchemaOptions = new()
    {
        TransformOptions = new AIJsonSchemaTransformOptions { DisallowAdditionalProperties = true, RequireAllProperties = true, MoveDefaultKeywordToDescription = true },
    };

    private static readonly ConditionalWeakTable<JsonSerializerOptions, ConcurrentDictionary<Type, StructuredForm>> Known = [];

    public static StructuredForm Of(Type type, JsonSerializerOptions options) =>
        Known.GetOrCreateValue(options).GetOrAdd(type, static (key, options) => Make(key, options), options);

    private static StructuredForm Make(Type type, JsonSerializerOptions options)
    {
        JsonElement schema = AIJsonUtilities.CreateJsonSchema(type, serializerOptions: options, inferenceOptions: SchemaOptions);
        bool wrapped = !IsObject(schema);
        return new StructuredForm(ChatResponseFormat.ForJsonSchema(wrapped ? Wrap(schema) : schema, SchemaName(type)), wrapped);
    }

    private static bool IsObject(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("type"u8, out JsonElement type)
        && type.ValueKind == JsonValueKind.String
        && type.ValueEquals("object"u8);

    private static JsonElement Wrap(JsonElement schema)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "object"u8);
            writer.WritePropertyName("properties"u8);
            writer.WriteStartObject();
            writer.WritePropertyName("data"u8);
            WriteMoved(writer, schema);
            writer.WriteEndObject();
            writer.WritePropertyName("required"u8);
            writer.WriteStartArray();
            writer.WriteStringValue("data"u8);
            writer.WriteEndArray();
            writer.WriteBoolean("additionalProperties"u8, false);
            writer.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>Writes a schema that is no longer the root: references into it start further down.</summary>
    private static void WriteMoved(Utf8JsonWriter writer, JsonElement schema)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in schema.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    if (property.NameEquals("$ref"u8) && property.Value.ValueKind == JsonValueKind.String && property.Value.GetString() is ['#', .. var path])
                    {
                        writer.WriteStringValue("#/properties/data" + path);
                    }
                    else
                    {
                        WriteMoved(writer, property.Value);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in schema.EnumerateArray())
                {
                    WriteMoved(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                schema.WriteTo(writer);
                break;
        }
    }

    /// <summary>Providers allow letters, digits, underscore and dash, up to 64 characters.</summary>
    private static string SchemaName(Type type)
    {
        Span<char> name = stackalloc char[64];
        int length = 0;
        foreach (char c in type.Name)
        {
            if (length == name.Length)
            {
                break;
            }

            name[length++] = char.IsAsciiLetterOrDigit(c) ? c : '_';
        }

        return new string(name[..length]);
    }
}
