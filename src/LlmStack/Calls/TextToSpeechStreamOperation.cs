using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal struct TextToSpeechStreamOperation(string text, TextToSpeechOptions? options) : IStreamOperation<TextToSpeechResponseUpdate>
{
    private TextToSpeechOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.TextToSpeech;

    public readonly bool Streaming => true;

    public readonly bool IsContinuable => false;

    public readonly ValueTask<OpenStream<TextToSpeechResponseUpdate>> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken) =>
        OpenStream<TextToSpeechResponseUpdate>.OpenAsync<TextToSpeechUpdateTraits>(
            provider.Speech!.SpeakStreamingAsync(attempt.Call, text, _options, cancellationToken), attempt, cancellationToken);

    public readonly void ContinueAfter(string partialText)
    {
        // Nobody can go on in the middle of a sound.
    }

    public void Detach() => _options = _options?.Clone();

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(OpenStream<TextToSpeechResponseUpdate> result) => result is { Ended: true, HasContent: false };

    public readonly ValueTask DiscardAsync(OpenStream<TextToSpeechResponseUpdate> result) => result.CloseAsync();

    public readonly void Describe(OpenStream<TextToSpeechResponseUpdate> result, ref ResultFacts facts)
    {
        for (int i = 0; !result.HasContent && i < result.Held.Count; i++)
        {
            facts.Usage = ContentUsage.Of(result.Held[i].Contents) ?? facts.Usage;
        }
    }

    public readonly OpenStream<TextToSpeechResponseUpdate> Attach(OpenStream<TextToSpeechResponseUpdate> result, CallRoute route) => result;

    public readonly int EstimateInput(ITokenEstimator estimator) => estimator.EstimateTokens(text);
}
