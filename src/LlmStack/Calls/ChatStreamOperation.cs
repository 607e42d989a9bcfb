using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal struct ChatStreamOperation(IReadOnlyList<ChatMessage> messages, ChatOptions? options) : IStreamOperation<ChatResponseUpdate>
{
    private ChatOptions? _options = options;
    private string? _partialText;

    public readonly LlmOperation Operation => LlmOperation.Chat;

    public readonly bool Streaming => true;

    public readonly bool IsContinuable => _options?.ResponseFormat is not ChatResponseFormatJson;

    public readonly ValueTask<OpenStream<ChatResponseUpdate>> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken)
    {
        IReadOnlyList<ChatMessage> asked = _partialText is null ? messages : PartialAnswer.Append(messages, _partialText, attempt.Member!.Deployment);
        return OpenStream<ChatResponseUpdate>.OpenAsync<ChatUpdateTraits>(
            provider.Provider.ChatStreamingAsync(attempt.Call, asked, _options, cancellationToken), attempt, cancellationToken);
    }

    public void Detach() => _options = _options?.Clone();

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public void ContinueAfter(string partialText) => _partialText = partialText;

    public readonly bool IsEmpty(OpenStream<ChatResponseUpdate> result) => result is { Ended: true, HasContent: false };

    public readonly ValueTask DiscardAsync(OpenStream<ChatResponseUpdate> result) => result.CloseAsync();

    public readonly void Describe(OpenStream<ChatResponseUpdate> result, ref ResultFacts facts)
    {
        for (int i = 0; !result.HasContent && i < result.Held.Count; i++)
        {
            facts.FinishReason = result.Held[i].FinishReason?.Value ?? facts.FinishReason;
            facts.Usage = ContentUsage.Of(result.Held[i].Contents) ?? facts.Usage;
        }
    }

    public readonly OpenStream<ChatResponseUpdate> Attach(OpenStream<ChatResponseUpdate> result, CallRoute route) => result;

    public readonly int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(messages, _options);
}
