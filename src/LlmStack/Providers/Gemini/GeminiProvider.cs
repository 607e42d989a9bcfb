using System.Collections.Concurrent;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Gemini.Images;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Google's <c>generateContent</c>; its other faces are embeddings and images.</summary>
internal sealed class GeminiProvider : ILlmProvider
{
    private readonly ConcurrentDictionary<string, GeminiAddresses> _addresses = new(StringComparer.Ordinal);
    private readonly GeminiEmbeddings _embeddings;
    private readonly GeminiImages _images;

    public GeminiProvider(ProviderSetup setup, GeminiProfile profile)
    {
        Setup = setup;
        Profile = profile;
        Http = new ProviderHttp(setup);
        _embeddings = new GeminiEmbeddings(this, profile);
        _images = new GeminiImages(this);
    }

    public ProviderSetup Setup { get; }

    public ProviderHttp Http { get; }

    public GeminiProfile Profile { get; }

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using GeminiRequest request = Write(call, messages, options);
        using HttpResponseMessage response = await SendAsync(call, request, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await Http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return GeminiResponseReader.Read(answer, request.Plan, RawRequest.WantsResponse(options), Http, call);
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        EventStreaming.ReadAsync(Http, call, new GeminiStreamSession(this, call, messages, options), cancellationToken);

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEmbeddingProvider) ? _embeddings
        : serviceType == typeof(IImageProvider) ? _images
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public GeminiRequest Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        GeminiRequestWriter.Write(call, messages, options, this);

    public ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, GeminiRequest request, bool stream, CancellationToken cancellationToken)
    {
        GeminiAddresses addresses = Addresses(call.Model);
        return Http.SendAsync(call, stream ? addresses.Stream : addresses.Generate, request.Body, stream, cancellationToken);
    }

    /// <summary>The addresses of a model, made once.</summary>
    public GeminiAddresses Addresses(string model) =>
        _addresses.TryGetValue(model, out GeminiAddresses? known) ? known : _addresses.GetOrAdd(model, GeminiAddresses.Of(Http, Profile, model));
}
