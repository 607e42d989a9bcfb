using LlmStack.Providers.Http;
using LlmStack.Providers.OpenAI.Media;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>OpenAI's chat completions; its other faces are completions, embeddings, moderation, images, speech, transcription and the <c>/rerank</c> of compatible servers.</summary>
internal sealed class OpenAIProvider : ILlmProvider
{
    private readonly ProviderHttp _http;
    private readonly OpenAIProfile _profile;
    private readonly OperationAddress _address;
    private readonly OpenAIEmbeddings _embeddings;
    private readonly OpenAICompletions _completions;
    private readonly OpenAIRerank _rerank;
    private readonly OpenAIModeration _moderation;
    private readonly OpenAIImages _images;
    private readonly OpenAISpeech _speech;
    private readonly OpenAITranscription _transcription;

    /// <param name="setup">What every format is made from.</param>
    /// <param name="profile">How the servers differ from the format's centre.</param>
    /// <param name="addresses">Where an operation such as <c>/embeddings</c> is asked; null: below the endpoint.</param>
    public OpenAIProvider(ProviderSetup setup, OpenAIProfile profile, Func<string, OperationAddress>? addresses = null)
    {
        Setup = setup;
        _profile = profile;
        _http = new ProviderHttp(setup);
        addresses ??= operation => new OperationAddress(_http.Address(operation));
        _address = addresses("/chat/completions");
        _embeddings = new OpenAIEmbeddings(_http, profile, addresses("/embeddings"));
        _completions = new OpenAICompletions(_http, profile, addresses(profile.CompletionsPath));
        _rerank = new OpenAIRerank(_http, addresses("/rerank"), profile.RerankTopField);
        _moderation = new OpenAIModeration(_http, addresses("/moderations"));
        _images = new OpenAIImages(_http, addresses("/images/generations"), addresses("/images/edits"));
        _speech = new OpenAISpeech(_http, profile, addresses("/audio/speech"));
        _transcription = new OpenAITranscription(_http, profile, addresses("/audio/transcriptions"), addresses("/audio/translations"));
    }

    public ProviderSetup Setup { get; }

    public bool OffersChat => _profile.Operations.HasFlag(OpenAIOperations.Chat);

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using ChatRequest request = ChatRequest.Prepare(call, messages, options, _profile, this, stream: false);
        using HttpResponseMessage response = await _http.SendAsync(call, _address.Of(call.Model), request.Body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await _http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        return ChatResponseReader.Read(answer, _http, call, _profile, request);
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        EventStreaming.ReadAsync(_http, call, new ChatStreamSession(_http, call, _profile, (session, token) => OpenAsync(session, call, messages, options, token)), cancellationToken);

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEmbeddingProvider) ? If(OpenAIOperations.Embeddings, _embeddings)
        : serviceType == typeof(ITextCompletionProvider) ? If(OpenAIOperations.Completions, _completions)
        : serviceType == typeof(IRerankProvider) ? If(OpenAIOperations.Rerank, _rerank)
        : serviceType == typeof(IModerationProvider) ? If(OpenAIOperations.Moderation, _moderation)
        : serviceType == typeof(IImageProvider) ? If(OpenAIOperations.Images, _images)
        : serviceType == typeof(ITextToSpeechProvider) ? If(OpenAIOperations.Speech, _speech)
        : serviceType == typeof(ISpeechToTextProvider) ? If(OpenAIOperations.Transcription, _transcription)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    private object? If(OpenAIOperations operation, object face) => _profile.Operations.HasFlag(operation) ? face : null;

    private async ValueTask<HttpResponseMessage> OpenAsync(ChatStreamSession session, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using ChatRequest request = ChatRequest.Prepare(call, messages, options, _profile, this, stream: true);
        session.Expect(request);
        return await _http.SendAsync(call, _address.Of(call.Model), request.Body, stream: true, cancellationToken).ConfigureAwait(false);
    }
}
