using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>The format's embeddings: <c>batchEmbedContents</c>, and at Vertex AI <c>predict</c>.</summary>
internal sealed class GeminiEmbeddings(GeminiProvider provider, GeminiProfile profile) : IEmbeddingProvider
{
    public int MaxBatchSize => profile.MaxBatchSize;

    public async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = GeminiEmbeddingWriter.Write(call, inputs, options, profile);
        using HttpResponseMessage response = await provider.Http.SendAsync(call, provider.Addresses(call.Model).Embed, body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await provider.Http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return GeminiEmbeddingReader.Read(answer, inputs.Count, provider.Http, call);
    }
}
