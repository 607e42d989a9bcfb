using LlmStack.Providers.Http;
using LlmStack.Providers.OpenAI;

namespace LlmStack.Providers.Bedrock;

/// <summary>InvokeModel with the bodies of the models that order documents: Cohere's and Amazon's, which share one shape.</summary>
internal sealed class BedrockRerank(ProviderHttp http) : IRerankProvider
{
    private static readonly RerankFields OfAmazon = new("top_n", ModelInPath: true);

    /// <summary>Cohere's models refuse a body that does not say which version of their interface it is in.</summary>
    private static readonly RerankFields OfCohere = OfAmazon with { ApiVersion = 2 };

    public async ValueTask<RerankResponse> RerankAsync(ProviderCall call, string query, IReadOnlyList<string> documents, RerankOptions? options, CancellationToken cancellationToken)
    {
        bool isCohere = call.Model.Contains("cohere.rerank", StringComparison.OrdinalIgnoreCase);
        if (!isCohere && !call.Model.Contains("amazon.rerank", StringComparison.OrdinalIgnoreCase))
        {
            throw ErrorFactory.Unsupported($"The model '{call.Model}' cannot be asked to order documents: known are amazon.rerank… and cohere.rerank….");
        }

        using PooledBuffer body = RerankWire.Write(call, query, documents, options, isCohere ? OfCohere : OfAmazon);
        using HttpResponseMessage response = await BedrockInvoke.SendAsync(http, call, body, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return RerankWire.Read(answer, documents.Count, options?.TopN, http, call);
    }
}
