using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal struct ChatOperation(IReadOnlyList<ChatMessage> messages, ChatOptions? options) : ICallOperation<ChatResponse>
{
    private IReadOnlyList<ChatMessage> _messages = messages;
    private ChatOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.Chat;

    public readonly bool Streaming => false;

    public readonly ValueTask<ChatResponse> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken) =>
        provider.Provider.ChatAsync(attempt.Call, _messages, _options, cancellationToken);

    public void Detach()
    {
        _messages = [.. _messages];
        _options = _options?.Clone();
    }

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(ChatResponse result) => !ChatUpdateTraits.HasContent(result.Messages);

    public readonly ValueTask DiscardAsync(ChatResponse result) => ValueTask.CompletedTask;

    public readonly void Describe(ChatResponse result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ResponseId = result.ResponseId;
        facts.ConversationId = result.ConversationId;
        facts.ToolCallId = result.FinishReason == ChatFinishReason.ToolCalls ? ToolCallOf(result) : null;
        facts.ModelId = result.ModelId;
        facts.FinishReason = result.FinishReason?.Value;
        facts.Answer = result.Messages;
    }

    public readonly ChatResponse Attach(ChatResponse result, CallRoute route)
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

    private static string? ToolCallOf(ChatResponse result)
    {
        foreach (ChatMessage message in result.Messages)
        {
            foreach (AIContent content in message.Contents)
            {
                if (content is FunctionCallContent call)
                {
                    return call.CallId;
                }
            }
        }

        return null;
    }

    public readonly int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(_messages, _options);
}
