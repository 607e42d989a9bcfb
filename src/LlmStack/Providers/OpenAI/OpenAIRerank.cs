using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI;

/// <summary>The <c>/rerank</c> of compatible servers, in the shape that Jina, Cohere, vLLM and llama.cpp share.</summary>
/// <param name="http">The provider's HTTP.</param>
/// <param name="address">Where it is asked.</param>
/// <param name="topField">The field of how many results are wanted.</param>
internal sealed class OpenAIRerank(ProviderHttp http, OperationAddress address, string topField = "top_n") : IRerankProvider
{
    public async ValueTask<RerankResponse> RerankAsync(ProviderCall call, string query, IReadOnlyList<string> documents, RerankOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = RerankWire.Write(call, query, documents, options, new RerankFields(topField));
        using HttpResponseMessage response = await http.SendAsync(call, address.Of(call.Model), body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return RerankWire.Read(answer, documents.Count, options?.TopN, http, call);
    }
}
