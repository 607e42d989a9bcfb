using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>A group as an <see cref="ITextToSpeechClient"/>.</summary>
internal sealed class TextToSpeechAdapter(ILlmClient client, string model) : ITextToSpeechClient
{
    private readonly GroupRunner _group = new(client, model);
    private readonly TextToSpeechClientMetadata _metadata = new("llmstack", providerUri: null, model);

    public Task<TextToSpeechResponse> GetAudioAsync(string text, TextToSpeechOptions? options = null, CancellationToken cancellationToken = default)
    {
        string? own = options?.ModelId;
        RoutingOptions? routing = Check(text, ref options);
        return _group.CallAsync<TextToSpeechOperation, TextToSpeechResponse>(new TextToSpeechOperation(text, options), own, routing, cancellationToken);
    }

    public IAsyncEnumerable<TextToSpeechResponseUpdate> GetStreamingAudioAsync(string text, TextToSpeechOptions? options = null, CancellationToken cancellationToken = default)
    {
        string? own = options?.ModelId;
        RoutingOptions? routing = Check(text, ref options);
        return _group.StreamAsync<TextToSpeechStreamOperation, TextToSpeechResponseUpdate, TextToSpeechUpdateTraits>(new TextToSpeechStreamOperation(text, options), own, routing, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => _group.GetService(this, _metadata, serviceType, serviceKey);

    public void Dispose()
    {
        // The client belongs to the container, not to this name for it.
    }

    private static RoutingOptions? Check(string text, ref TextToSpeechOptions? options)
    {
        CallArguments.CheckText(text);
        CallArguments.CheckNoFactory(options?.RawRepresentationFactory, nameof(TextToSpeechOptions));
        return CallArguments.TakeRouting(ref options, static given => given.AdditionalProperties, static given => given.Clone());
    }
}
