using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Reads embeddings in the order of their inputs, straight into the vectors.</summary>
internal static class GeminiEmbeddingReader
{
    public static GeneratedEmbeddings<Embedding<float>> Read(PooledBuffer body, int count, ProviderHttp http, ProviderCall call)
    {
        var document = new GeminiEmbeddingDocument(count);
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || !document.HasVectors)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "embeddings", http, call);
        }

        if (document.Vectors.Count != count)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, $"sent {document.Vectors.Count} embeddings for {count} inputs.");
        }

        var result = new GeneratedEmbeddings<Embedding<float>>(count)
        {
            Usage = document.Tokens is { } tokens ? new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens } : null,
        };
        for (int i = 0; i < count; i++)
        {
            result.Add(new Embedding<float>(document.Vectors[i]) { ModelId = call.Model });
        }

        return result;
    }
}
