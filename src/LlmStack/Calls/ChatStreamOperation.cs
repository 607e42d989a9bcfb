using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal readonly struct ChatStreamOperation(IReadOnlyList<ChatMessage> messages, ChatOptions? options) : ICallOperation<OpenStream<ChatResponseUpdate>>
{
    public LlmOperation Operation => LlmOperation.Chat;

    public bool Streaming => true;

    public ValueTask<OpenStream<ChatResponseUpdate>> InvokeAsync(ProviderEntry provider, CallState state, CancellationToken cancellationToken) =>
        OpenStream<ChatResponseUpdate>.OpenAsync<ChatUpdateTraits>(
            provider.Provider.ChatStreamingAsync(state.Call, messages, options, cancellationToken), state, cancellationToken);

    public void Describe(OpenStream<ChatResponseUpdate> result, ref ResultFacts facts)
    {
    }

    public OpenStream<ChatResponseUpdate> Attach(OpenStream<ChatResponseUpdate> result, CallRoute route) => result;

    public int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(messages, options);
}
