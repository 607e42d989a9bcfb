using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>The format's <c>/embeddings</c>.</summary>
internal sealed class OpenAIEmbeddings(ProviderHttp http) : IEmbeddingProvider
{
    private readonly Uri _address = http.Address("/embeddings");

    public int MaxBatchSize => 2048;

    public async ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = EmbeddingRequestWriter.Write(call, inputs, options);
        using HttpResponseMessage response = await http.SendAsync(call, _address, body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return EmbeddingResponseReader.Read(answer, inputs.Count, http, call);
    }
}
