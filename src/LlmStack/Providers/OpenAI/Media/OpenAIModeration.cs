using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The format's <c>/moderations</c>, which Mistral shares.</summary>
internal sealed class OpenAIModeration(ProviderHttp http, OperationAddress address) : IModerationProvider
{
    public ValueTask<ModerationResponse> ModerateAsync(ProviderCall call, IReadOnlyList<string> texts, ModerationOptions? options, CancellationToken cancellationToken) =>
        SendAsync(call, ModerationWire.Write(call, texts, options), texts.Count, cancellationToken);

    public ValueTask<ModerationResponse> ModerateAsync(ProviderCall call, IReadOnlyList<AIContent> contents, ModerationOptions? options, CancellationToken cancellationToken) =>
        SendAsync(call, ModerationWire.Write(call, contents, options), 1, cancellationToken);

    private async ValueTask<ModerationResponse> SendAsync(ProviderCall call, PooledBuffer request, int expected, CancellationToken cancellationToken)
    {
        using PooledBuffer body = request;
        using HttpResponseMessage response = await http.SendAsync(call, address.Of(call.Model), body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return ModerationWire.Read(answer, expected, http, call);
    }
}
