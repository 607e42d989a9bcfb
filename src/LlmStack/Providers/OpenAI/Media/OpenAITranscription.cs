using System.Runtime.CompilerServices;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The format's <c>/audio/transcriptions</c> and <c>/audio/translations</c>.</summary>
internal sealed class OpenAITranscription(ProviderHttp http, OpenAIProfile profile, OperationAddress transcriptions, OperationAddress translations) : ISpeechToTextProvider
{
    public async ValueTask<SpeechToTextResponse> TranscribeAsync(ProviderCall call, DataContent audio, SpeechToTextOptions? options, CancellationToken cancellationToken)
    {
        string? format = TranscriptionWire.FormatOf(options, profile.TraitsOf(call));
        bool translates = TranscriptionWire.IsTranslation(call, options, profile);
        using HttpResponseMessage response = await SendAsync(call, audio, options, format, translates, streams: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return TranscriptionWire.Read(answer, format, http, call);
    }

    public async IAsyncEnumerable<SpeechToTextResponseUpdate> TranscribeStreamingAsync(ProviderCall call, DataContent audio, SpeechToTextOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ModelTraits traits = profile.TraitsOf(call);
        string? format = TranscriptionWire.FormatOf(options, traits);
        bool translates = TranscriptionWire.IsTranslation(call, options, profile);
        if (!traits.StreamsTranscripts || translates || TranscriptionWire.IsBare(format))
        {
            SpeechToTextResponse whole = await TranscribeAsync(call, audio, options, cancellationToken).ConfigureAwait(false);
            foreach (SpeechToTextResponseUpdate update in whole.ToSpeechToTextResponseUpdates())
            {
                yield return update;
            }

            yield break;
        }

        var stream = new TranscriptStream(http, call, token => SendAsync(call, audio, options, format, translates: false, streams: true, token));
        await foreach (SpeechToTextResponseUpdate update in EventStreaming.ReadAsync(http, call, stream, cancellationToken).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    private async ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, DataContent audio, SpeechToTextOptions? options, string? format, bool translates, bool streams, CancellationToken cancellationToken)
    {
        using MultipartBody body = TranscriptionWire.Write(call, audio, options, profile, format, translates, streams);
        OperationAddress address = translates ? translations : transcriptions;
        return await http.SendAsync(call, address.Of(call.Model), body.Buffer, new MediaTypes(body.MediaType, streams ? "text/event-stream" : "*/*"), cancellationToken).ConfigureAwait(false);
    }
}
