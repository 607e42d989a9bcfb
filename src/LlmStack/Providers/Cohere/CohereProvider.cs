using LlmStack.Providers.ChatClient;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using LlmStack.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>Cohere's chat; its other faces are embeddings and reranking.</summary>
internal sealed class CohereProvider : ILlmProvider
{
    /// <summary>A form and tools together are refused, so that a form beside tools is asked for by a tool.</summary>
    private static readonly StructuredFeatures Features = new(StructuredLevel.Schema, ForcedTool: true, WithTools: false);

    private readonly Uri _address;
    private readonly CohereEmbeddings _embeddings;
    private readonly OpenAIRerank _rerank;

    public CohereProvider(ProviderSetup setup)
    {
        Http = new ProviderHttp(setup);
        _address = Http.Address("/chat");
        _embeddings = new CohereEmbeddings(Http);
        _rerank = new OpenAIRerank(Http, new OperationAddress(Http.Address("/rerank")));
    }

    public ProviderHttp Http { get; }

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = Write(call, messages, options, stream: false, out StructuredPlan plan);
        using HttpResponseMessage response = await SendAsync(call, body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await Http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        RoutedChatResponse result = CohereReader.Read(answer, Http, call);
        StructuredOutput.Finish(result, plan, Http.Name);
        ClientCapture.Output(call.Capture, result);
        if (RawRequest.WantsResponse(options))
        {
            result.RawRepresentation = RawRequest.Copy(answer.WrittenSpan);
        }

        return result;
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        EventStreaming.ReadAsync(Http, call, new CohereStream(this, call, messages, options), cancellationToken);

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEmbeddingProvider) ? _embeddings
        : serviceType == typeof(IRerankProvider) ? _rerank
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream, out StructuredPlan plan)
    {
        IReadOnlyList<ChatMessage> sent = HistoryRepair.Repair(messages, HistoryRules.Cohere, call);
        ClientCapture.Input(call.Capture, sent, options);
        plan = StructuredOutput.Plan(options, Features, call.Report);
        PooledBuffer body = CohereRequestWriter.Write(call, sent, StructuredOutput.Apply(options, plan), stream);
        RawRequest.Apply(call, options, this, ref body);
        return body;
    }

    public ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, PooledBuffer body, bool stream, CancellationToken cancellationToken) =>
        Http.SendAsync(call, _address, body, stream, cancellationToken);
}
