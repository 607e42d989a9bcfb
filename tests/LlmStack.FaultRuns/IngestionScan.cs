using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmStack.FaultRuns;

/// <summary>Reads a request of the older format: batches of JSON events; knows nothing of the sink's encoder.</summary>
internal static class IngestionScan
{
    /// <summary>The observations of a batch, each as it was written.</summary>
    public static List<IngestionItem> Read(byte[] request)
    {
        using var document = JsonDocument.Parse(request);
        List<IngestionItem> items = [];
        foreach (JsonElement item in document.RootElement.GetProperty("batch").EnumerateArray())
        {
            if (item.GetProperty("type").GetString() != "trace-create")
            {
                JsonElement body = item.GetProperty("body");
                items.Add(new IngestionItem(
                    item.GetProperty("id").GetString()!,
                    ulong.Parse(body.GetProperty("id").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                    body.GetProperty("name").GetString()!,
                    Encoding.UTF8.GetBytes(item.GetRawText())));
            }
        }

        return items;
    }

    /// <summary>The answer 207 with what became of each item that was not taken.</summary>
    public static string Answer(IReadOnlyList<(string Envelope, int Status)> errors) =>
        $$"""{"successes":[],"errors":[{{string.Join(',', errors.Select(static error => string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"{error.Envelope}\",\"status\":{error.Status},\"message\":\"no\"}}")))}}]}""";
}
