using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Anthropic's Messages API, and other servers that offer it.</summary>
internal sealed class AnthropicProvider : ILlmProvider
{
    private readonly AnthropicProfile _profile;
    private readonly Uri _address;

    public AnthropicProvider(ProviderSetup setup, AnthropicProfile profile)
    {
        Setup = setup;
        _profile = profile;
        Http = new ProviderHttp(setup);

        // Base addresses are written with and without the version.
        _address = Http.Address(setup.Endpoint.AbsolutePath.EndsWith("/v1", StringComparison.Ordinal) ? "/messages" : "/v1/messages");
    }

    public ProviderSetup Setup { get; }

    public ProviderHttp Http { get; }

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using AnthropicRequest request = Write(call, messages, options, stream: false);
        using HttpResponseMessage response = await SendAsync(call, request, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await Http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return AnthropicResponseReader.Read(answer, request.SchemaTool, Http, call);
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        ChatStreaming.ReadAsync(Http, call, new AnthropicStreamSession(this, call, messages, options), cancellationToken);

    public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;

    public AnthropicRequest Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream) =>
        AnthropicRequestWriter.Write(call, messages, options, _profile, stream);

    public ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, AnthropicRequest request, bool stream, CancellationToken cancellationToken) =>
        Http.SendAsync(call, _address, request.Body, stream, cancellationToken);
}
