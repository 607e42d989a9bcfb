using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Calls;

internal struct RerankOperation(string query, IReadOnlyList<string> documents, RerankOptions? options) : ICallOperation<RerankResponse>
{
    private IReadOnlyList<string> _documents = documents;
    private RerankOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.Rerank;

    public readonly bool Streaming => false;

    public readonly ValueTask<RerankResponse> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken) =>
        provider.Rerank!.RerankAsync(attempt.Call, query, _documents, _options, cancellationToken);

    public void Detach()
    {
        _documents = [.. _documents];
        _options = _options?.Clone();
    }

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(RerankResponse result) => result.Results.Count == 0;

    public readonly ValueTask DiscardAsync(RerankResponse result) => ValueTask.CompletedTask;

    public readonly void Describe(RerankResponse result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ResponseId = result.ResponseId;
        facts.ModelId = result.ModelId;
        facts.TopK = _options?.TopN;
        facts.Documents = result.Results.Count;
    }

    public readonly RerankResponse Attach(RerankResponse result, CallRoute route)
    {
        result.Route = route;
        return result;
    }

    public readonly int EstimateInput(ITokenEstimator estimator)
    {
        long tokens = estimator.EstimateTokens(query);
        for (int i = 0; i < _documents.Count; i++)
        {
            tokens += estimator.EstimateTokens(_documents[i]);
        }

        return (int)Math.Min(tokens, int.MaxValue);
    }
}
