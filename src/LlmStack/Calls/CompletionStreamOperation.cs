using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Calls;

internal struct CompletionStreamOperation(string prompt, TextCompletionOptions? options) : IStreamOperation<TextCompletionUpdate>
{
    private TextCompletionOptions? _options = options;
    private string? _partialText;

    public readonly LlmOperation Operation => LlmOperation.TextCompletion;

    public readonly bool Streaming => true;

    public readonly ValueTask<OpenStream<TextCompletionUpdate>> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken) =>
        OpenStream<TextCompletionUpdate>.OpenAsync<CompletionUpdateTraits>(
            provider.Completions!.CompleteStreamingAsync(attempt.Call, prompt + _partialText, _options, cancellationToken), attempt, cancellationToken);

    public readonly bool IsContinuable => true;

    public void ContinueAfter(string partialText) => _partialText = partialText;

    public void Detach() => _options = _options?.Clone();

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(OpenStream<TextCompletionUpdate> result) => result is { Ended: true, HasContent: false };

    public readonly ValueTask DiscardAsync(OpenStream<TextCompletionUpdate> result) => result.CloseAsync();

    public readonly void Describe(OpenStream<TextCompletionUpdate> result, ref ResultFacts facts)
    {
        for (int i = 0; !result.HasContent && i < result.Held.Count; i++)
        {
            facts.FinishReason = result.Held[i].FinishReason?.Value ?? facts.FinishReason;
            facts.Usage = result.Held[i].Usage ?? facts.Usage;
        }
    }

    public readonly OpenStream<TextCompletionUpdate> Attach(OpenStream<TextCompletionUpdate> result, CallRoute route) => result;

    public readonly int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(prompt);
}
