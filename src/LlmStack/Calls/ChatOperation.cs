using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal readonly struct ChatOperation(IReadOnlyList<ChatMessage> messages, ChatOptions? options) : ICallOperation<ChatResponse>
{
    public LlmOperation Operation => LlmOperation.Chat;

    public bool Streaming => false;

    public ValueTask<ChatResponse> InvokeAsync(ProviderEntry provider, CallState state, CancellationToken cancellationToken) =>
        provider.Provider.ChatAsync(state.Call, messages, options, cancellationToken);

    public void Describe(ChatResponse result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ResponseId = result.ResponseId;
        facts.ModelId = result.ModelId;
        facts.FinishReason = result.FinishReason?.Value;
    }

    public ChatResponse Attach(ChatResponse result, CallRoute route)
    {
        if (result is RoutedChatResponse routed)
        {
            routed.Route = route;
        }
        else
        {
            (result.AdditionalProperties ??= [])[LlmResponseExtensions.RouteKey] = route;
        }

        return result;
    }

    public int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(messages, options);
}
