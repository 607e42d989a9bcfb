using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

internal struct SpeechToTextOperation(DataContent audio, SpeechToTextOptions? options) : ICallOperation<SpeechToTextResponse>
{
    private SpeechToTextOptions? _options = options;

    public readonly LlmOperation Operation => LlmOperation.SpeechToText;

    public readonly bool Streaming => false;

    public readonly ValueTask<SpeechToTextResponse> InvokeAsync(ProviderEntry provider, CallAttempt attempt, CancellationToken cancellationToken) =>
        provider.Transcription!.TranscribeAsync(attempt.Call, audio, _options, cancellationToken);

    public void Detach() => _options = _options?.Clone();

    public void Rewrite(FallbackRewrite rewrite) => _options = rewrite.Apply(_options);

    public readonly bool IsEmpty(SpeechToTextResponse result) => result.Text.Length == 0;

    public readonly ValueTask DiscardAsync(SpeechToTextResponse result) => ValueTask.CompletedTask;

    public readonly void Describe(SpeechToTextResponse result, ref ResultFacts facts)
    {
        facts.Usage = result.Usage;
        facts.ResponseId = result.ResponseId;
        facts.ModelId = result.ModelId;
    }

    public readonly SpeechToTextResponse Attach(SpeechToTextResponse result, CallRoute route)
    {
        (result.AdditionalProperties ??= [])[LlmResponseExtensions.RouteKey] = route;
        return result;
    }

    /// <summary>How many tokens sound is, or whether it is counted in any, differs from model to model; nothing is known before the answer.</summary>
    public readonly int EstimateInput(ITokenEstimator estimator) => 0;
}
