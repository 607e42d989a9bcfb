using System.Collections.Concurrent;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Anthropic's Messages API, and other servers that offer it.</summary>
internal sealed class AnthropicProvider : ILlmProvider
{
    private readonly ConcurrentDictionary<string, AnthropicAddresses> _addresses = new(StringComparer.Ordinal);

    public AnthropicProvider(ProviderSetup setup, AnthropicProfile profile)
    {
        Setup = setup;
        Profile = profile;
        Http = new ProviderHttp(setup);
    }

    public ProviderSetup Setup { get; }

    public ProviderHttp Http { get; }

    public AnthropicProfile Profile { get; }

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using AnthropicRequest request = Write(call, messages, options, stream: false);
        using HttpResponseMessage response = await SendAsync(call, request, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await Http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return AnthropicResponseReader.Read(answer, request.Plan, RawRequest.WantsResponse(options), Http, call);
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        EventStreaming.ReadAsync(Http, call, new AnthropicStreamSession(this, call, messages, options), cancellationToken);

    public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;

    public AnthropicRequest Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream) =>
        AnthropicRequestWriter.Write(call, messages, options, this, stream);

    public ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, AnthropicRequest request, bool stream, CancellationToken cancellationToken)
    {
        AnthropicAddresses addresses = Addresses(Profile.SendsModel ? "" : call.Model);
        return Http.SendAsync(call, stream ? addresses.Stream : addresses.Message, request.Body, stream, cancellationToken);
    }

    /// <summary>The addresses, made once for all models, or for each where the address names it.</summary>
    private AnthropicAddresses Addresses(string model) =>
        _addresses.TryGetValue(model, out AnthropicAddresses? known) ? known : _addresses.GetOrAdd(model, AnthropicAddresses.Of(Setup.Endpoint, Http, model));
}
