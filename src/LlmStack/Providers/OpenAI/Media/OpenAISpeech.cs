using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The format's <c>/audio/speech</c>.</summary>
internal sealed class OpenAISpeech(ProviderHttp http, OperationAddress address) : ITextToSpeechProvider
{
    public async ValueTask<TextToSpeechResponse> SpeakAsync(ProviderCall call, string text, TextToSpeechOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = SpeechWire.Write(call, text, options);
        using HttpResponseMessage response = await http.SendAsync(call, address.Of(call.Model), body, new MediaTypes(MediaTypes.Json, "*/*"), cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, ProviderHttp.MaxMediaBytes, cancellationToken).ConfigureAwait(false);
        return SpeechWire.Read(answer, response.Content.Headers.ContentType?.MediaType, options?.AudioFormat, http, call);
    }
}
