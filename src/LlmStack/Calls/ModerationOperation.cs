using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Moderation of texts, each on its own, or else of contents together.</summary>
internal struct ModerationOperation(IReadOnlyList<string>? texts, IReadOnlyList<AIContent>? contents, ModerationOptions? options) : ICallOperation<ModerationResponse>
{
    private IReadOnlyList<string>? _texts = texts;
    private IReadOnlyList<AIContent>? _contents = contents;
    private ModerationOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.Moderation;

    public readonly bool Streaming => false;

    /// <summary>A result too few would let a text pass that nobody judged.</summary>
    public readonly async ValueTask<ModerationResponse> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken)
    {
        IModerationProvider moderation = provider.Moderation!;
        ModerationResponse? response = _texts is not null
            ? await moderation.ModerateAsync(attempt.Call, _texts, _options, cancellationToken).ConfigureAwait(false)
            : await moderation.ModerateAsync(attempt.Call, _contents!, _options, cancellationToken).ConfigureAwait(false);
        int wanted = _texts?.Count ?? 1;
        return response?.Results.Count == wanted
            ? response
            : throw new LlmException(LlmErrorKind.InvalidResponse, $"The provider '{provider.Name}' returned {response?.Results.Count ?? 0} moderation results for {wanted} inputs.") { Provider = provider.Name };
    }

    public void Detach()
    {
        _texts = _texts is null ? null : [.. _texts];
        _contents = _contents is null ? null : [.. _contents];
        _options = _options?.Clone();
    }

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(ModerationResponse result) => result.Results.Count == 0;

    public readonly ValueTask DiscardAsync(ModerationResponse result) => ValueTask.CompletedTask;

    public readonly void Describe(ModerationResponse result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ResponseId = result.ResponseId;
        facts.ModelId = result.ModelId;
    }

    public readonly ModerationResponse Attach(ModerationResponse result, CallRoute route)
    {
        result.Route = route;
        return result;
    }

    public readonly int EstimateInput(ITokenEstimator estimator)
    {
        long tokens = 0;
        for (int i = 0; i < _texts?.Count; i++)
        {
            tokens += estimator.EstimateTokens(_texts[i]);
        }

        for (int i = 0; i < _contents?.Count; i++)
        {
            tokens += _contents[i] is TextContent text ? estimator.EstimateTokens(text.Text) : 0;
        }

        return (int)Math.Min(tokens, int.MaxValue);
    }
}
