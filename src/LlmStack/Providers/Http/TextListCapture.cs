using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Leaves the inputs of an embeddings call for the trace, where the wire has them in another shape.</summary>
internal static class TextListCapture
{
    public static void Input(IContentCapture capture, IReadOnlyList<string> texts) => JsonCapture.Input(capture, texts, Write);

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray();
        for (int i = 0; i < texts.Count; i++)
        {
            writer.WriteStringValue(texts[i]);
        }

        writer.WriteEndArray();
    }
}
