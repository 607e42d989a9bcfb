using System.Text.Json;

namespace LlmStack.Langfuse;

/// <summary>Reads what a 207 says about single items.</summary>
internal static class ItemErrors
{
    /// <summary>The failed items by envelope id; empty when the body cannot be read, as a 2xx is a success.</summary>
    public static Dictionary<string, (int Status, string Reason)> Read(byte[] body)
    {
        var errors = new Dictionary<string, (int, string)>(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("errors"u8, out JsonElement list)
                && list.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in list.EnumerateArray())
                {
                    Add(errors, item);
                }
            }
        }
        catch (JsonException)
        {
            // Nothing is known about single items then.
        }

        return errors;
    }

    private static void Add(Dictionary<string, (int Status, string Reason)> errors, JsonElement item)
    {
        if (item.ValueKind == JsonValueKind.Object
            && item.TryGetProperty("id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String
            && item.TryGetProperty("status"u8, out JsonElement status) && status.TryGetInt32(out int code))
        {
            errors[id.GetString()!] = (code, Text(item, "message"u8) ?? Text(item, "error"u8) ?? "");
        }
    }

    private static string? Text(JsonElement item, ReadOnlySpan<byte> name) =>
        item.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? LangfuseEndpoint.Shorten(text.GetString()!) : null;
}
