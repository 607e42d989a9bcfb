using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal struct SpeechToTextStreamOperation(DataContent audio, SpeechToTextOptions? options) : IStreamOperation<SpeechToTextResponseUpdate>
{
    private SpeechToTextOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.SpeechToText;

    public readonly bool Streaming => true;

    public readonly bool IsContinuable => false;

    public readonly ValueTask<OpenStream<SpeechToTextResponseUpdate>> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken) =>
        OpenStream<SpeechToTextResponseUpdate>.OpenAsync<SpeechToTextUpdateTraits>(
            provider.Transcription!.TranscribeStreamingAsync(attempt.Call, audio, _options, cancellationToken), attempt, cancellationToken);

    public readonly void ContinueAfter(string partialText)
    {
        // Nobody can go on in the middle of a sound.
    }

    public void Detach() => _options = _options?.Clone();

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(OpenStream<SpeechToTextResponseUpdate> result) => result is { Ended: true, HasContent: false };

    public readonly ValueTask DiscardAsync(OpenStream<SpeechToTextResponseUpdate> result) => result.CloseAsync();

    public readonly void Describe(OpenStream<SpeechToTextResponseUpdate> result, ref ResultFacts facts)
    {
        for (int i = 0; !result.HasContent && i < result.Held.Count; i++)
        {
            facts.Usage = ContentUsage.Of(result.Held[i].Contents) ?? facts.Usage;
        }
    }

    public readonly OpenStream<SpeechToTextResponseUpdate> Attach(OpenStream<SpeechToTextResponseUpdate> result, CallRoute route) => result;

    public readonly int EstimateInput(ITokenEstimator estimator) => 0;
}
