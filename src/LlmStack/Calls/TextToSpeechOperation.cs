using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal struct TextToSpeechOperation(string text, TextToSpeechOptions? options) : ICallOperation<TextToSpeechResponse>
{
    private TextToSpeechOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.TextToSpeech;

    public readonly bool Streaming => false;

    public readonly ValueTask<TextToSpeechResponse> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken) =>
        provider.Speech!.SpeakAsync(attempt.Call, text, _options, cancellationToken);

    public void Detach() => _options = _options?.Clone();

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(TextToSpeechResponse result) => result.Contents.Count == 0;

    public readonly ValueTask DiscardAsync(TextToSpeechResponse result) => ValueTask.CompletedTask;

    public readonly void Describe(TextToSpeechResponse result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ResponseId = result.ResponseId;
        facts.ModelId = result.ModelId;
    }

    public readonly TextToSpeechResponse Attach(TextToSpeechResponse result, CallRoute route)
    {
        (result.AdditionalProperties ??= [])[LlmResponseExtensions.RouteKey] = route;
        return result;
    }

    public readonly int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(text);
}
