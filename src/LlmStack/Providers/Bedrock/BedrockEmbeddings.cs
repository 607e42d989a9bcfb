using System.Globalization;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>InvokeModel with the bodies of the models that make vectors: Amazon's Titan, one text a request, and Cohere's.</summary>
internal sealed class BedrockEmbeddings(ProviderHttp http) : IEmbeddingProvider
{
    private const string TokensHeader = "x-amzn-bedrock-input-token-count";

    /// <summary>Cohere's; Titan is asked once for each text.</summary>
    public int MaxBatchSize => 96;

    public async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        bool isCohere = call.Model.Contains("cohere.", StringComparison.OrdinalIgnoreCase);
        if (!isCohere && !call.Model.Contains("titan", StringComparison.OrdinalIgnoreCase))
        {
            throw ErrorFactory.Unsupported($"The model '{call.Model}' cannot be asked for vectors: known are amazon.titan-embed… and cohere.embed….");
        }

        TextListCapture.Input(call.Capture, inputs);
        var vectors = new List<float[]>(inputs.Count);
        long? tokens = null;
        if (isCohere)
        {
            using PooledBuffer body = JsonBody.Write((inputs, options), static (writer, s) => WriteCohere(writer, s.inputs, s.options));
            tokens = await AskAsync(call, body, inputs.Count, vectors, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            for (int i = 0; i < inputs.Count; i++)
            {
                using PooledBuffer body = JsonBody.Write((Text: inputs[i], options), static (writer, s) => WriteTitan(writer, s.Text, s.options));
                tokens = (tokens ?? 0) + await AskAsync(call, body, 1, vectors, cancellationToken).ConfigureAwait(false);
            }
        }

        return VectorListReader.Collect(vectors, inputs.Count, call.Model, tokens, http, call);
    }

    private async ValueTask<long?> AskAsync(ProviderCall call, PooledBuffer body, int count, List<float[]> vectors, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await BedrockInvoke.SendAsync(http, call, body, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        var document = new VectorListDocument(count);
        BodyCheck.Read(answer, document, http, call);
        if (document.HasError || !document.HasVectors)
        {
            throw BodyCheck.ErrorOf(answer.WrittenMemory, document.HasError, "embedding", http, call);
        }

        vectors.AddRange(document.Vectors);
        return document.Tokens ?? TokensOf(response);
    }

    private static long? TokensOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(TokensHeader, out var values) && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : null;

    private static void WriteTitan(Utf8JsonWriter writer, string text, EmbeddingGenerationOptions? options)
    {
        writer.WriteString("inputText"u8, text);
        SamplingWriter.Whole(writer, "dimensions", options?.Dimensions);
        ExtraFields.Write(writer, options?.AdditionalProperties, options, static (o, key) => key is "inputText" || (key == "dimensions" && o!.Dimensions is not null), static (_, _) => false);
    }

    private static void WriteCohere(Utf8JsonWriter writer, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options)
    {
        writer.WritePropertyName("texts"u8);
        ValueWriter.TryWrite(writer, inputs);
        if (!ExtraFields.Has(options?.AdditionalProperties, "input_type"))
        {
            writer.WriteString("input_type"u8, "search_document"u8);
        }

        writer.WriteStartArray("embedding_types"u8);
        writer.WriteStringValue("float"u8);
        writer.WriteEndArray();
        SamplingWriter.Whole(writer, "output_dimension", options?.Dimensions);
        ExtraFields.Write(writer, options?.AdditionalProperties, options, static (o, key) => key is "texts" or "embedding_types" || (key == "output_dimension" && o!.Dimensions is not null), static (_, _) => false);
    }
}
