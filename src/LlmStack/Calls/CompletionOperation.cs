using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Calls;

internal struct CompletionOperation(string prompt, TextCompletionOptions? options) : ICallOperation<TextCompletion>
{
    private TextCompletionOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.TextCompletion;

    public readonly bool Streaming => false;

    public readonly ValueTask<TextCompletion> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken) =>
        provider.Completions!.CompleteAsync(attempt.Call, prompt, _options, cancellationToken);

    public void Detach() => _options = _options?.Clone();

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(TextCompletion result) => result.Text.Length == 0;

    public readonly ValueTask DiscardAsync(TextCompletion result) => ValueTask.CompletedTask;

    public readonly void Describe(TextCompletion result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ResponseId = result.ResponseId;
        facts.ModelId = result.ModelId;
        facts.FinishReason = result.FinishReason?.Value;
    }

    public readonly TextCompletion Attach(TextCompletion result, CallRoute route)
    {
        result.Route = route;
        return result;
    }

    public readonly int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(prompt);
}
