using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmStack.Benchmarks.Canned;

/// <summary>The same answers as <see cref="CannedBodies"/>, shaped as generativelanguage.googleapis.com sends them.</summary>
internal static class GeminiBodies
{
    public static byte[] Chat { get; } = Encoding.UTF8.GetBytes(
        Chunk(JsonEncodedText.Encode(CannedBodies.Answer, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(), 171, last: true));

    public static byte[] Stream { get; } = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, CannedBodies.StreamChunks)
        .Select(static i => "data: " + Chunk(CannedBodies.Words[i % CannedBodies.Words.Length], i + 1, i == CannedBodies.StreamChunks - 1) + "\r\n\r\n")));

    public static byte[] Embeddings { get; } = Encoding.UTF8.GetBytes(Vectors());

    private static string Chunk(string text, int tokens, bool last) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"candidates": [{"content": {"parts": [{"text": "{{{text}}}"}],"role": "model"}{{{(last ? ",\"finishReason\": \"STOP\"" : "")}}},"index": 0}],"usageMetadata": {"promptTokenCount": 187,"cachedContentTokenCount": 128,"candidatesTokenCount": {{{tokens}}},"totalTokenCount": {{{187 + tokens}}},"promptTokensDetails": [{"modality": "TEXT","tokenCount": 187}],"cacheTokensDetails": [{"modality": "TEXT","tokenCount": 128}]},"modelVersion": "gemini-3-flash","responseId": "kq8kafTyMZaWkdUPxrq1uQc"}""");

    private static string Vectors()
    {
        var random = new Random(20260317);
        var text = new StringBuilder("{\"embeddings\": [");
        for (int i = 0; i < CannedBodies.EmbeddingCount; i++)
        {
            text.Append(i == 0 ? "{\"values\": [" : ",{\"values\": [");
            for (int j = 0; j < CannedBodies.EmbeddingDimensions; j++)
            {
                text.Append(j == 0 ? "" : ",").Append(((float)((random.NextDouble() - 0.5) * 0.1)).ToString("R", CultureInfo.InvariantCulture));
            }

            text.Append("]}");
        }

        return text.Append("]}").ToString();
    }
}
