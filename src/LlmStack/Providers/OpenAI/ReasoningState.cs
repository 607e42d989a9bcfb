using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>
/// Reasoning state that a gateway passes on from the vendor behind it, as an array of items: OpenRouter's <c>reasoning_details</c>, LiteLLM's
/// <c>thinking_blocks</c>. A stream sends items in fragments, which are put together here; they go back as one array.
/// </summary>
internal sealed class ReasoningState
{
    private const int MaxItems = 4096;

    private readonly List<Item> _items = [];

    /// <summary>The state as content; null when there is none.</summary>
    public TextReasoningContent? ToContent(string origin) => _items.Count == 0 ? null : Content(Encoding.UTF8.GetString(Write()), origin);

    /// <summary>State that came whole, on the thought that was read from it, or on an empty one.</summary>
    public static TextReasoningContent Content(string state, string origin, string text = "")
    {
        var content = new TextReasoningContent(text);
        OpaqueState.Attach(content, origin, state);
        return content;
    }

    /// <summary>Takes the array of one chunk.</summary>
    /// <returns>Whether there was room for it.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public bool TryAdd(ReadOnlySpan<byte> array)
    {
        var reader = new WireReader(array);
        JsonElement items = reader.TakeElement();
        foreach (JsonElement item in items.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || (_items.Count > 0 && _items[^1].TryJoin(item)))
            {
                continue;
            }

            if (_items.Count == MaxItems)
            {
                return false;
            }

            _items.Add(new Item(item));
        }

        return true;
    }

    /// <summary>Writes the state of earlier turns that belongs to the service, item by item as it came. Another vendor's is left out, and that is listed.</summary>
    public static void WriteBack(Utf8JsonWriter writer, IList<AIContent> contents, OpenAIProfile profile, string model, AttemptReport report)
    {
        string? origin = profile.ReasoningOriginOf(model);
        bool any = false;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not TextReasoningContent { ProtectedData.Length: > 0 } thought || OpaqueState.Read(thought, origin ?? "openai", report) is not { } state)
            {
                continue;
            }

            if (origin is null || ItemsOf(state) is not { } items)
            {
                report.AddChange("reasoning state: dropped, the service has no field for it");
                continue;
            }

            if (!any)
            {
                any = true;
                writer.WriteStartArray(profile.ReasoningStateField!);
            }

            foreach (JsonElement item in items.EnumerateArray())
            {
                item.WriteTo(writer);
            }
        }

        if (any)
        {
            writer.WriteEndArray();
        }
    }

    private static JsonElement? ItemsOf(string state)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(state));
            return JsonElement.TryParseValue(ref reader, out JsonElement? element) && element is { ValueKind: JsonValueKind.Array } array ? array : null;
        }
        catch (JsonException)
        {
            // The user's own data, which is not this service's.
            return null;
        }
    }

    private ReadOnlySpan<byte> Write()
    {
        using var buffer = new PooledBuffer(1024);
        Utf8JsonWriter writer = JsonWriterCache.Rent(buffer);
        writer.WriteStartArray();
        foreach (Item item in _items)
        {
            item.Write(writer);
        }

        writer.WriteEndArray();
        writer.Flush();
        JsonWriterCache.Return(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One item: the fields that were sent last, and the text that was sent in pieces.</summary>
    private sealed class Item
    {
        private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
        private readonly StringBuilder _text = new();
        private string? _textField;
        private bool _isSigned;

        public Item(JsonElement first) => Take(first);

        /// <summary>Takes a further fragment of the same item; false when it begins another one.</summary>
        public bool TryJoin(JsonElement next)
        {
            string? field = TextFieldOf(next);
            if (_textField is null || (field is not null && field != _textField) || TextOf(next, "type") != TextOf("type") || RawOf(next, "index") != RawOf("index") || (_isSigned && field is not null))
            {
                return false;
            }

            Take(next);
            return true;
        }

        public void Write(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            foreach ((string name, JsonElement value) in _fields)
            {
                writer.WritePropertyName(name);
                if (name == _textField)
                {
                    writer.WriteStringValue(SurrogateCarry.Repair(_text.ToString()));
                }
                else
                {
                    value.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        private void Take(JsonElement fragment)
        {
            string? text = TextFieldOf(fragment);
            if (text is not null)
            {
                _textField = text;
                _text.Append(TextOf(fragment, text));
            }

            foreach (JsonProperty property in fragment.EnumerateObject())
            {
                if (property.Value.ValueKind != JsonValueKind.Null || !_fields.ContainsKey(property.Name))
                {
                    _fields[property.Name] = property.Value;
                }
            }

            _isSigned = _fields.TryGetValue("signature", out JsonElement signature) && TextOf(signature) is { Length: > 0 };
        }

        private string? TextOf(string name) => _fields.TryGetValue(name, out JsonElement value) ? TextOf(value) : null;

        private string? RawOf(string name) => _fields.TryGetValue(name, out JsonElement value) ? value.GetRawText() : null;

        private static string? TextOf(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? TextOf(value) : null;

        /// <summary>Half a surrogate pair, where a text was cut between its escapes, is kept until the other half comes.</summary>
        private static string? TextOf(JsonElement value)
        {
            var reader = new WireReader(JsonMarshal.GetRawUtf8Value(value));
            reader.Read();
            return JsonText.GetString(ref reader);
        }

        private static string? RawOf(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.GetRawText() : null;

        /// <summary>The field whose value arrives in pieces; null for an item that comes whole, such as an encrypted one.</summary>
        private static string? TextFieldOf(JsonElement item) => TextOf(item, "text") is not null ? "text" : TextOf(item, "summary") is not null ? "summary" : TextOf(item, "thinking") is not null ? "thinking" : null;
    }
}
