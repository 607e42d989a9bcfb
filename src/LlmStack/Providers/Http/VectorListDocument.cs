using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Reads an embeddings answer that is a plain list of vectors, <c>embeddings: [[…]]</c> or <c>embeddings: {float: [[…]]}</c>, or one vector: <c>embedding: […]</c>.</summary>
internal sealed class VectorListDocument(int expected) : IWireDocument
{
    public List<float[]> Vectors { get; } = new(expected);

    public bool HasVectors { get; private set; }

    public bool HasError { get; private set; }

    public string? Id { get; private set; }

    public string? Model { get; private set; }

    /// <summary>The tokens of all inputs; null when they were not counted.</summary>
    public long? Tokens { get; private set; }

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        Vectors.Clear();
        var reader = new WireReader(json);
        bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("embeddings"u8))
            {
                reader.Read();
                ReadVectors(ref reader);
            }
            else if (reader.ValueTextEquals("embedding"u8))
            {
                reader.Read();
                if (NumberVector.Read(ref reader) is { } vector)
                {
                    HasVectors = true;
                    Vectors.Add(vector);
                }
            }
            else if (reader.ValueTextEquals("prompt_eval_count"u8) || reader.ValueTextEquals("inputTextTokenCount"u8))
            {
                reader.Read();
                Tokens = JsonText.GetCount(ref reader) ?? Tokens;
            }
            else if (reader.ValueTextEquals("meta"u8))
            {
                reader.Read();
                Tokens = BilledUnits.Read(ref reader).InputTokens ?? Tokens;
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                Model = JsonText.GetString(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                Id = JsonText.GetString(ref reader);
            }
            else
            {
                bool error = reader.ValueTextEquals("error"u8);
                reader.Read();
                HasError |= error && reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.String);
                reader.Skip();
            }
        }
    }

    private void ReadVectors(ref WireReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool floats = reader.ValueTextEquals("float"u8);
                reader.Read();
                if (floats)
                {
                    ReadVectors(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        HasVectors = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (NumberVector.Read(ref reader, Vectors.Count == 0 ? 2048 : Vectors[0].Length) is { } vector)
            {
                Vectors.Add(vector);
            }
        }
    }
}
