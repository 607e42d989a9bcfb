using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>The format's <c>/embed</c>. What the vectors are for is required; without a word from the user they are for documents.</summary>
internal sealed class CohereEmbeddings(ProviderHttp http) : IEmbeddingProvider
{
    private readonly Uri _address = http.Address("/embed");

    public int MaxBatchSize => 96;

    public async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        TextListCapture.Input(call.Capture, inputs);
        using PooledBuffer body = Write(call, inputs, options);
        using HttpResponseMessage response = await http.SendAsync(call, _address, body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return VectorListReader.Read(answer, inputs.Count, http, call);
    }

    private static PooledBuffer Write(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options) =>
        JsonBody.Write((call, inputs, options), static (writer, s) => WriteFields(writer, s.call, s.inputs, s.options));

    private static void WriteFields(Utf8JsonWriter writer, ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options)
    {
        writer.WriteString("model"u8, call.Model);
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
        ExtraFields.Write(writer, options?.AdditionalProperties, options, static (o, key) => key is "model" or "texts" or "embedding_types" || (key == "output_dimension" && o!.Dimensions is not null), static (_, _) => false);
    }
}
