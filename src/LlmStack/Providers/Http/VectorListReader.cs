using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Reads embeddings in the order of their inputs, straight into the vectors.</summary>
internal static class VectorListReader
{
    public static GeneratedEmbeddings<Embedding<float>> Read(PooledBuffer body, int count, ProviderHttp http, ProviderCall call)
    {
        var document = new VectorListDocument(count);
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || !document.HasVectors)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "embeddings", http, call);
        }

        return Collect(document.Vectors, count, document.Model ?? call.Model, document.Tokens, http, call);
    }

    /// <summary>Makes the result of vectors that lie in the order of their inputs.</summary>
    public static GeneratedEmbeddings<Embedding<float>> Collect(IReadOnlyList<float[]> vectors, int count, string model, long? tokens, ProviderHttp http, ProviderCall call)
    {
        if (vectors.Count != count)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, $"sent {vectors.Count} embeddings for {count} inputs.");
        }

        var result = new GeneratedEmbeddings<Embedding<float>>(count)
        {
            Usage = tokens is null ? null : new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
        for (int i = 0; i < count; i++)
        {
            result.Add(new Embedding<float>(vectors[i]) { ModelId = model });
        }

        return result;
    }
}
