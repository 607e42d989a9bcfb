using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Calls;

internal readonly struct CompletionOperation(string prompt, TextCompletionOptions? options) : ICallOperation<TextCompletion>
{
    public LlmOperation Operation => LlmOperation.TextCompletion;

    public bool Streaming => false;

    public ValueTask<TextCompletion> InvokeAsync(ProviderEntry provider, CallState state, CancellationToken cancellationToken) =>
        provider.Completions!.CompleteAsync(state.Call, prompt, options, cancellationToken);

    public void Describe(TextCompletion result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ResponseId = result.ResponseId;
        facts.ModelId = result.ModelId;
        facts.FinishReason = result.FinishReason?.Value;
    }

    public TextCompletion Attach(TextCompletion result, CallRoute route)
    {
        result.Route = route;
        return result;
    }

    public int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(prompt);
}
