using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Calls;

internal readonly struct CompletionStreamOperation(string prompt, TextCompletionOptions? options) : ICallOperation<OpenStream<TextCompletionUpdate>>
{
    public LlmOperation Operation => LlmOperation.TextCompletion;

    public bool Streaming => true;

    public ValueTask<OpenStream<TextCompletionUpdate>> InvokeAsync(ProviderEntry provider, CallState state, CancellationToken cancellationToken) =>
        OpenStream<TextCompletionUpdate>.OpenAsync<CompletionUpdateTraits>(
            provider.Completions!.CompleteStreamingAsync(state.Call, prompt, options, cancellationToken), state, cancellationToken);

    public void Describe(OpenStream<TextCompletionUpdate> result, ref ResultFacts facts)
    {
    }

    public OpenStream<TextCompletionUpdate> Attach(OpenStream<TextCompletionUpdate> result, CallRoute route) => result;

    public int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(prompt);
}
