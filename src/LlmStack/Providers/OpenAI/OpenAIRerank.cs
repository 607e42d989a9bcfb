using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI;

/// <summary>The <c>/rerank</c> of compatible servers, in the shape that Jina, Cohere, vLLM and llama.cpp share.</summary>
internal sealed class OpenAIRerank(ProviderHttp http, OperationAddress address) : IRerankProvider
{
    public async ValueTask<RerankResponse> RerankAsync(ProviderCall call, string query, IReadOnlyList<string> documents, RerankOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = RerankWire.Write(call, query, documents, options);
        using HttpResponseMessage response = await http.SendAsync(call, address.Of(call.Model), body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return RerankWire.Read(answer, documents.Count, options?.TopN, http, call);
    }
}
