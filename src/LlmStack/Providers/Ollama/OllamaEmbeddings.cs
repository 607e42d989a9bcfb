using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>The format's <c>/api/embed</c>.</summary>
internal sealed class OllamaEmbeddings(ProviderHttp http, Uri address) : IEmbeddingProvider
{
    /// <summary>The server takes any number; this keeps one request's time bounded.</summary>
    public int MaxBatchSize => 512;

    public async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        TextListCapture.Input(call.Capture, inputs);
        using PooledBuffer body = Write(call, inputs, options);
        using HttpResponseMessage response = await http.SendAsync(call, address, body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return VectorListReader.Read(answer, inputs.Count, http, call);
    }

    private static PooledBuffer Write(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options)
    {
        var body = new PooledBuffer();
        Utf8JsonWriter writer = JsonWriterCache.Rent(body);
        try
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, call.Model);
            writer.WriteStartArray("input"u8);
            for (int i = 0; i < inputs.Count; i++)
            {
                writer.WriteStringValue(inputs[i]);
            }

            writer.WriteEndArray();
            SamplingWriter.Whole(writer, "dimensions", options?.Dimensions);
            ExtraFields.Write(writer, options?.AdditionalProperties, options, static (o, key) => key is "input" or "model" || (key == "dimensions" && o!.Dimensions is not null), static (_, _) => false);
            writer.WriteEndObject();
            writer.Flush();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            JsonWriterCache.Return(writer);
        }
    }
}
