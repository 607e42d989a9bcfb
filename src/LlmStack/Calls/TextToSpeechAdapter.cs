using System.Runtime.CompilerServices;
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
        CallArguments.CheckText(text);
        CallArguments.CheckNoFactory(options?.RawRepresentationFactory, nameof(TextToSpeechOptions));
        string? own = options?.ModelId;
        RoutingOptions? routing = CallArguments.TakeRouting(ref options, static given => given.AdditionalProperties, static given => given.Clone());
        return _group.CallAsync<TextToSpeechOperation, TextToSpeechResponse>(new TextToSpeechOperation(text, options), own, routing, cancellationToken);
    }

    public async IAsyncEnumerable<TextToSpeechResponseUpdate> GetStreamingAudioAsync(string text, TextToSpeechOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        TextToSpeechResponse response = await GetAudioAsync(text, options, cancellationToken).ConfigureAwait(false);
        foreach (TextToSpeechResponseUpdate update in response.ToTextToSpeechResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => _group.GetService(this, _metadata, serviceType, serviceKey);

    public void Dispose()
    {
        // The client belongs to the container, not to this name for it.
    }
}
