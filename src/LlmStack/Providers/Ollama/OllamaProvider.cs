using LlmStack.Providers.ChatClient;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Ollama's own chat; its other face is embeddings.</summary>
internal sealed class OllamaProvider : ILlmProvider
{
    private readonly Uri _address;
    private readonly OllamaEmbeddings _embeddings;

    public OllamaProvider(ProviderSetup setup)
    {
        Http = new ProviderHttp(setup);

        // Base addresses are written with and without the path of the API.
        string api = setup.Endpoint.AbsolutePath.TrimEnd('/').EndsWith("/api", StringComparison.Ordinal) ? "" : "/api";
        _address = Http.Address(api + "/chat");
        _embeddings = new OllamaEmbeddings(Http, Http.Address(api + "/embed"));
    }

    public ProviderHttp Http { get; }

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = Write(call, messages, options, stream: false);
        using HttpResponseMessage response = await SendAsync(call, body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await Http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        RoutedChatResponse result = OllamaReader.Read(answer, Http, call);
        if (RawRequest.WantsResponse(options))
        {
            result.RawRepresentation = RawRequest.Copy(answer.WrittenSpan);
        }

        return result;
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        EventStreaming.ReadAsync(Http, call, new OllamaStream(this, call, messages, options), static (stream, maxBytes) => new SseReader(stream, maxBytes, lines: true), cancellationToken);

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEmbeddingProvider) ? _embeddings : serviceType.IsInstanceOfType(this) ? this : null;

    public PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        IReadOnlyList<ChatMessage> sent = HistoryRepair.Repair(messages, HistoryRules.Ollama, call);
        ClientCapture.Input(call.Capture, sent, options);
        PooledBuffer body = OllamaRequestWriter.Write(call, sent, options, stream);
        RawRequest.Apply(call, options, this, ref body);
        return body;
    }

    public ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, PooledBuffer body, bool stream, CancellationToken cancellationToken) =>
        Http.SendAsync(call, _address, body, stream, cancellationToken);
}
