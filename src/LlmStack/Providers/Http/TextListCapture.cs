using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Leaves the inputs of an embeddings call for the trace, where the wire has them in another shape.</summary>
internal static class TextListCapture
{
    public static void Input(IContentCapture capture, IReadOnlyList<string> texts)
    {
        if (capture is not { IsEnabled: true, HasInput: false })
        {
            return;
        }

        using var buffer = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(buffer);
        writer.WriteStartArray();
        for (int i = 0; i < texts.Count; i++)
        {
            writer.WriteStringValue(texts[i]);
        }

        writer.WriteEndArray();
        writer.Flush();
        JsonWriterCache.Return(writer);
        capture.SetInput(buffer.WrittenSpan);
    }
}
