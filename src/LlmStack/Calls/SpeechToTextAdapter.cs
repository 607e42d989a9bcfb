using System.Runtime.CompilerServices;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>A group as an <see cref="ISpeechToTextClient"/>.</summary>
internal sealed class SpeechToTextAdapter(ILlmClient client, string model) : ISpeechToTextClient
{
    private readonly GroupRunner _group = new(client, model);
    private readonly SpeechToTextClientMetadata _metadata = new("llmstack", providerUri: null, model);

    public async Task<SpeechToTextResponse> GetTextAsync(Stream audioSpeechStream, SpeechToTextOptions? options = null, CancellationToken cancellationToken = default)
    {
        Check(audioSpeechStream, options);
        string? own = options?.ModelId;
        RoutingOptions? routing = Take(ref options);
        DataContent audio = await AudioInput.ReadAsync(audioSpeechStream, cancellationToken).ConfigureAwait(false);
        return await _group.CallAsync<SpeechToTextOperation, SpeechToTextResponse>(new SpeechToTextOperation(audio, options), own, routing, cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<SpeechToTextResponseUpdate> GetStreamingTextAsync(Stream audioSpeechStream, SpeechToTextOptions? options = null, CancellationToken cancellationToken = default)
    {
        Check(audioSpeechStream, options);
        string? own = options?.ModelId;
        RoutingOptions? routing = Take(ref options);
        return StreamAsync(audioSpeechStream, options, own, routing, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => _group.GetService(this, _metadata, serviceType, serviceKey);

    public void Dispose()
    {
        // The client belongs to the container, not to this name for it.
    }

    private async IAsyncEnumerable<SpeechToTextResponseUpdate> StreamAsync(Stream stream, SpeechToTextOptions? options, string? own, RoutingOptions? routing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DataContent audio = await AudioInput.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        IAsyncEnumerable<SpeechToTextResponseUpdate> updates = _group.StreamAsync<SpeechToTextStreamOperation, SpeechToTextResponseUpdate, SpeechToTextUpdateTraits>(new SpeechToTextStreamOperation(audio, options), own, routing, cancellationToken);
        await foreach (SpeechToTextResponseUpdate update in updates.ConfigureAwait(false))
        {
            yield return update;
        }
    }

    private static void Check(Stream stream, SpeechToTextOptions? options)
    {
        ArgumentNullException.ThrowIfNull(stream, "audioSpeechStream");
        CallArguments.CheckNoFactory(options?.RawRepresentationFactory, nameof(SpeechToTextOptions));
        if (options?.SpeechSampleRate is <= 0)
        {
            throw CallArguments.Invalid($"SpeechToTextOptions.SpeechSampleRate is {options.SpeechSampleRate}; allowed is 1 or more, or null.");
        }
    }

    private static RoutingOptions? Take(ref SpeechToTextOptions? options) =>
        CallArguments.TakeRouting(ref options, static given => given.AdditionalProperties, static given => given.Clone());
}
