using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Calls;

internal readonly struct RerankOperation(string query, IReadOnlyList<string> documents, RerankOptions? options) : ICallOperation<RerankResponse>
{
    public LlmOperation Operation => LlmOperation.Rerank;

    public bool Streaming => false;

    public ValueTask<RerankResponse> InvokeAsync(ProviderEntry provider, CallState state, CancellationToken cancellationToken) =>
        provider.Rerank!.RerankAsync(state.Call, query, documents, options, cancellationToken);

    public void Describe(RerankResponse result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ResponseId = result.ResponseId;
        facts.ModelId = result.ModelId;
    }

    public RerankResponse Attach(RerankResponse result, CallRoute route)
    {
        result.Route = route;
        return result;
    }

    public int EstimateInput(ITokenEstimator estimator)
    {
        long tokens = estimator.EstimateTokens(query);
        for (int i = 0; i < documents.Count; i++)
        {
            tokens += estimator.EstimateTokens(documents[i]);
        }

        return (int)Math.Min(tokens, int.MaxValue);
    }
}
