using System.Text;
using System.Text.Json;

namespace CatalogTool;

/// <summary>Leaves out of a catalogue what the library does not read, and writes one model a line, so that a change of the file can be read.</summary>
internal static class CatalogCompactor
{
    private static readonly HashSet<string> UnreadFields = ["id", "src", "note", "priceSince", "free", "mode"];
    private static readonly HashSet<string> UnreadPrices = ["batchIn", "batchOut", "pageAnnotated1k"];

    /// <summary>Factors of service tiers that <paramref name="before"/> has and the source lacks are kept.</summary>
    public static byte[] Compact(byte[] source, byte[] before)
    {
        using JsonDocument catalog = JsonDocument.Parse(source);
        using JsonDocument old = JsonDocument.Parse(before);
        var text = new StringBuilder("{\n");
        foreach (string field in (string[])["schema", "generated"])
        {
            text.Append('"').Append(field).Append("\":").Append(catalog.RootElement.GetProperty(field).GetRawText()).Append(",\n");
        }

        text.Append("\"providers\":").Append(Providers(catalog.RootElement, old.RootElement)).Append(",\n\"models\":[\n");
        text.AppendJoin(",\n", catalog.RootElement.GetProperty("models").EnumerateArray()
            .OrderBy(static model => model.GetProperty("provider").GetString(), StringComparer.Ordinal)
            .ThenBy(static model => model.GetProperty("model").GetString(), StringComparer.Ordinal)
            .Select(Model));
        return Encoding.UTF8.GetBytes(text.Append("\n]\n}\n").ToString());
    }

    private static string Providers(JsonElement source, JsonElement before)
    {
        var factors = new SortedDictionary<string, SortedDictionary<string, decimal>>(StringComparer.Ordinal);
        foreach (JsonElement catalog in (JsonElement[])[before, source])
        {
            foreach (JsonProperty provider in catalog.GetProperty("providers").EnumerateObject())
            {
                foreach (JsonProperty factor in provider.Value.EnumerateObject().Where(static field => IsTier(field.Name)))
                {
                    if (!factors.TryGetValue(provider.Name, out SortedDictionary<string, decimal>? known))
                    {
                        factors[provider.Name] = known = new(StringComparer.Ordinal);
                    }

                    known[factor.Name] = factor.Value.GetDecimal();
                }
            }
        }

        return JsonSerializer.Serialize(factors);
    }

    private static bool IsTier(string field) => field.EndsWith("Factor", StringComparison.Ordinal) && !field.StartsWith("cache", StringComparison.Ordinal);

    private static string Model(JsonElement model)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, model, UnreadFields, model.TryGetProperty("free", out JsonElement free) && free.ValueKind == JsonValueKind.True);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, HashSet<string> unread, bool isFree)
    {
        writer.WriteStartObject();
        foreach (JsonProperty field in value.EnumerateObject().Where(field => !unread.Contains(field.Name)))
        {
            writer.WritePropertyName(field.Name);
            if (isFree && field.NameEquals("price"))
            {
                // A source may say so instead of naming a price.
                writer.WriteStartObject();
                writer.WriteNumber("in", 0);
                writer.WriteNumber("out", 0);
                writer.WriteEndObject();
            }
            else if (field.NameEquals("price"))
            {
                Write(writer, field.Value, UnreadPrices, isFree: false);
            }
            else
            {
                field.Value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }
}
