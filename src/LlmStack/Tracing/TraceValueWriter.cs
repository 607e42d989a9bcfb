using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>Turns what a user hands to a span into one JSON value. It never throws: what cannot be written becomes a marked value.</summary>
internal sealed class TraceValueWriter
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private static long _unknownTypes;
    private readonly JsonSerializerOptions _options;

    /// <param name="resolver">Knows the user's own types, or null.</param>
    /// <param name="maxMediaBytes">Files up to this size are written whole, because they are taken out again afterwards; 0 for none.</param>
    public TraceValueWriter(IJsonTypeInfoResolver? resolver, int maxMediaBytes = 0)
    {
        MaxMediaBytes = maxMediaBytes;
        _options = new JsonSerializerOptions(AIJsonUtilities.DefaultOptions) { WriteIndented = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        if (resolver is not null)
        {
            _options.TypeInfoResolverChain.Insert(0, resolver);
        }

        _options.MakeReadOnly();
    }

    public int MaxMediaBytes { get; }

    /// <summary>Without a resolver of the user's own.</summary>
    public static TraceValueWriter Default { get; } = new(null);

    /// <summary>Values of types that no resolver knew, since the process began.</summary>
    public static long UnknownTypes => Interlocked.Read(ref _unknownTypes);

    public void Write(ContentBuffer buffer, object? value)
    {
        switch (value)
        {
            case null:
                buffer.Write("null"u8);
                return;
            case string text:
                JsonText.AppendString(buffer, text);
                return;
            default:
                WriteGuarded(buffer, value, static (self, writer, v) => self.WriteValue(writer, v));
                return;
        }
    }

    /// <summary>Writes the arguments of a tool call as a JSON object.</summary>
    public void WriteArguments(ContentBuffer buffer, IDictionary<string, object?>? arguments)
    {
        if (arguments is null or { Count: 0 })
        {
            buffer.Write("{}"u8);
            return;
        }

        WriteGuarded(buffer, arguments, static (self, writer, v) => self.WriteMap(writer, (IDictionary<string, object?>)v));
    }

    /// <summary>The value as text for metadata: text as it is, everything else as JSON text.</summary>
    public string ToText(object? value)
    {
        switch (value)
        {
            case null:
                return "null";
            case string text:
                return text;
            case bool flag:
                return flag ? "true" : "false";
            case IFormattable number when value is sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal:
                return number.ToString(null, CultureInfo.InvariantCulture);
            default:
                ContentBuffer buffer = ContentBufferPool.Rent(TraceLimits.MaxMetadataBytes);
                Write(buffer, value);
                string json = System.Text.Encoding.UTF8.GetString(JsonText.Prefix(buffer.Written, buffer.Length));
                ContentBufferPool.Return(buffer);
                return json;
        }
    }

    internal void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case decimal number: writer.WriteNumberValue(number); break;
            case double number: WriteDouble(writer, number); break;
            case float number when float.IsFinite(number): writer.WriteNumberValue(number); break;
            case float number: WriteDouble(writer, number); break;
            case JsonElement { ValueKind: JsonValueKind.Undefined }: writer.WriteNullValue(); break;
            case JsonElement element: element.WriteTo(writer); break;
            case JsonNode node: node.WriteTo(writer, _options); break;
            case ChatResponse response: ChatJson.WriteResponse(writer, response, this); break;
            case ChatMessage message: ChatJson.WriteMessage(writer, message, this); break;
            case IEnumerable<ChatMessage> messages: ChatJson.WriteMessages(writer, messages, this); break;
            case IEnumerable<string?> texts: WriteTexts(writer, texts); break;
            default: WriteObject(writer, value); break;
        }
    }

    internal void WriteMap(Utf8JsonWriter writer, IDictionary<string, object?> map)
    {
        writer.WriteStartObject();
        foreach (KeyValuePair<string, object?> pair in map)
        {
            writer.WritePropertyName(pair.Key);
            WriteValue(writer, pair.Value);
        }

        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, IEnumerable<string?> texts)
    {
        writer.WriteStartArray();
        foreach (string? text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static void WriteDouble(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private void WriteObject(Utf8JsonWriter writer, object value)
    {
        if (_options.TryGetTypeInfo(value.GetType(), out JsonTypeInfo? info))
        {
            JsonSerializer.Serialize(writer, value, info);
            return;
        }

        Interlocked.Increment(ref _unknownTypes);
        writer.WriteStringValue(string.Concat("(no JSON type information) ", value.GetType().ToString()));
    }

    private void WriteGuarded(ContentBuffer buffer, object value, Action<TraceValueWriter, Utf8JsonWriter, object> write)
    {
        // Taken out of its slot while in use, because a user's converter may come back here on the same thread.
        Utf8JsonWriter writer = _writer ?? new Utf8JsonWriter(buffer, WriterOptions);
        _writer = null;
        writer.Reset(buffer);
        try
        {
            write(this, writer, value);
            writer.Flush();
        }
        catch (Exception)
        {
            writer.Reset(buffer);
            buffer.Clear();
            buffer.Write("{\"error\":\"not serialisable: "u8);
            JsonText.Append(buffer, value.GetType().ToString());
            buffer.Write("\"}"u8);
        }

        writer.Reset(Stream.Null);
        _writer = writer;
    }
}
