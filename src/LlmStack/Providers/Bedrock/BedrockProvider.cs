using LlmStack.Providers.ChatClient;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Bedrock's Converse: one format for the models of several vendors; its other faces are InvokeModel's embeddings and reranking.</summary>
internal sealed class BedrockProvider : ILlmProvider
{
    private readonly BedrockEmbeddings _embeddings;
    private readonly BedrockRerank _rerank;

    public BedrockProvider(ProviderSetup setup)
    {
        Http = new ProviderHttp(setup);
        _embeddings = new BedrockEmbeddings(Http);
        _rerank = new BedrockRerank(Http);
    }

    public ProviderHttp Http { get; }

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = Write(call, messages, options, out StructuredPlan plan);
        using HttpResponseMessage response = await SendAsync(call, body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await Http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        RoutedChatResponse result = BedrockReader.Read(answer, Http, call);
        StructuredOutput.Finish(result, plan, Http.Name);
        ClientCapture.Output(call.Capture, result);
        if (RawRequest.WantsResponse(options))
        {
            result.RawRepresentation = RawRequest.Copy(answer.WrittenSpan);
        }

        return result;
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        EventStreaming.ReadAsync(Http, call, new BedrockStream(this, call, messages, options), static (stream, maxBytes) => new EventStreamReader(stream, maxBytes), cancellationToken);

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEmbeddingProvider) ? _embeddings
        : serviceType == typeof(IRerankProvider) ? _rerank
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, out StructuredPlan plan)
    {
        var model = BedrockModel.Of(call, messages, options);
        IReadOnlyList<ChatMessage> sent = HistoryRepair.Repair(messages, model.Traits.Prefill && !model.Thinking.Thinks ? HistoryRules.Bedrock : HistoryRules.BedrockWithoutPrefill, call);
        ClientCapture.Input(call.Capture, sent, options);
        plan = StructuredOutput.Plan(options, model.FeaturesFor(options), call.Report);
        ChatOptions? planned = StructuredOutput.Apply(options, plan);
        CacheBreakpoints.Apply(call, ref sent, ref planned);
        PooledBuffer body = BedrockRequestWriter.Write(call, sent, planned, model);
        RawRequest.Apply(call, options, this, ref body);
        return body;
    }

    /// <summary>The model is part of the path; its colons and slashes are escaped.</summary>
    public ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, PooledBuffer body, bool stream, CancellationToken cancellationToken) =>
        Http.SendAsync(call, Http.Address($"/model/{Uri.EscapeDataString(call.Model)}/{(stream ? "converse-stream" : "converse")}"), body, stream, cancellationToken);
}
