using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>The format's <c>/embeddings</c>.</summary>
internal sealed class OpenAIEmbeddings(ProviderHttp http, OpenAIProfile profile, OperationAddress address) : IEmbeddingProvider
{
    public int MaxBatchSize => profile.EmbeddingBatch;

    public int MaxBatchTokens => profile.EmbeddingBatchTokens;

    public async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = EmbeddingRequestWriter.Write(call, inputs, options, profile);
        using HttpResponseMessage response = await http.SendAsync(call, address.Of(call.Model), body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return EmbeddingResponseReader.Read(answer, inputs.Count, http, call);
    }
}
