using LlmStack.Providers.ChatClient;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Ollama's own chat; its other faces are embeddings and text completions.</summary>
internal sealed class OllamaProvider : ILlmProvider
{
    private readonly ProviderHttp _http;
    private readonly Uri _address;
    private readonly OllamaEmbeddings _embeddings;
    private readonly OllamaCompletions _completions;

    public OllamaProvider(ProviderSetup setup)
    {
        _http = new ProviderHttp(setup);

        // Base addresses are written with and without the path of the API.
        string api = setup.Endpoint.AbsolutePath.TrimEnd('/').EndsWith("/api", StringComparison.Ordinal) ? "" : "/api";
        _address = _http.Address(api + "/chat");
        _embeddings = new OllamaEmbeddings(_http, _http.Address(api + "/embed"));
        _completions = new OllamaCompletions(_http, _http.Address(api + "/generate"));
    }

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = Write(call, messages, options, stream: false);
        using HttpResponseMessage response = await _http.SendAsync(call, _address, body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await _http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        RoutedChatResponse result = OllamaReader.Read(answer, _http, call);
        if (RawRequest.WantsResponse(options))
        {
            result.RawRepresentation = RawRequest.Copy(answer.WrittenSpan);
        }

        return result;
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        EventStreaming.ReadAsync(_http, call, new OllamaStream(_http, call, token => OpenAsync(call, messages, options, token), RawRequest.WantsResponse(options)), static (stream, maxBytes) => new SseReader(stream, maxBytes, lines: true), cancellationToken);

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEmbeddingProvider) ? _embeddings
        : serviceType == typeof(ITextCompletionProvider) ? _completions
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    private async ValueTask<HttpResponseMessage> OpenAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = Write(call, messages, options, stream: true);
        return await _http.SendAsync(call, _address, body, stream: true, cancellationToken).ConfigureAwait(false);
    }

    private PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        IReadOnlyList<ChatMessage> sent = HistoryRepair.Repair(messages, HistoryRules.Ollama, call);
        ClientCapture.Input(call.Capture, sent, options);
        PooledBuffer body = OllamaRequestWriter.Write(call, sent, options, stream);
        RawRequest.Apply(call, options, this, ref body);
        return body;
    }
}
