using System.Buffers;
using System.Text.Json;

namespace LlmStack.Diagnostics.Events;

/// <summary>The body of a webhook's request.</summary>
internal static class WebhookJson
{
    public static byte[] Write(IReadOnlyList<WebhookItem> items)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("source", "LlmStack");
        json.WriteStartArray("events");
        foreach (WebhookItem item in items)
        {
            Write(json, item);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, in WebhookItem item)
    {
        LlmEvent told = item.Event;
        json.WriteStartObject();
        json.WriteString("kind", told.Kind.ToString());
        json.WriteString("at", told.At);
        json.WriteString("subject", told.Subject);
        json.WriteString("message", told.Message);
        Text(json, "provider", told.Provider);
        Text(json, "model", told.Model);
        Text(json, "scope", told.Scope);
        Text(json, "error", told.Error?.ToString());
        if (told.Amount is { } amount)
        {
            json.WriteNumber("amount", amount);
        }

        if (told.Limit is { } limit)
        {
            json.WriteNumber("limit", limit);
        }

        if (told.Duration is { } duration)
        {
            json.WriteNumber("seconds", duration.TotalSeconds);
        }

        if (item.Repeated > 0)
        {
            json.WriteNumber("repeated", item.Repeated);
        }

        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
