using System.Text.Json;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Gemini;

/// <summary>
/// Reads an embeddings answer of either service: <c>embeddings[].values</c>, <c>embedding.values</c>, or Vertex AI's
/// <c>predictions[].embeddings.values</c> with its token counts.
/// </summary>
internal sealed class GeminiEmbeddingDocument(int expected) : IWireDocument
{
    public List<float[]> Vectors { get; } = new(expected);

    public bool HasVectors { get; private set; }

    public bool HasError { get; private set; }

    /// <summary>The tokens of all inputs; null when they were not counted.</summary>
    public long? Tokens { get; private set; }

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        Vectors.Clear();
        Tokens = null;
        var reader = new WireReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("values"u8))
            {
                reader.Read();
                HasVectors = true;
                Vectors.Add(NumberVector.Read(ref reader, Vectors.Count == 0 ? 2048 : Vectors[0].Length) ?? []);
            }
            else if (reader.ValueTextEquals("embeddings"u8) || reader.ValueTextEquals("predictions"u8))
            {
                HasVectors = true;
            }
            else if (reader.ValueTextEquals("token_count"u8) || reader.ValueTextEquals("promptTokenCount"u8))
            {
                reader.Read();
                Tokens = JsonText.GetCount(ref reader) is { } count ? (Tokens ?? 0) + count : Tokens;
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                HasError |= reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
                reader.Skip();
            }
        }
    }
}
