using LlmStack.Providers.ChatClient;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>OpenAI's Responses, without state on the server unless the user asks for it.</summary>
internal sealed class ResponsesProvider : ILlmProvider
{
    private readonly OperationAddress _address;

    /// <param name="setup">What every format is made from.</param>
    /// <param name="address">Where it is asked; null: below the endpoint.</param>
    public ResponsesProvider(ProviderSetup setup, OperationAddress? address = null)
    {
        Setup = setup;
        Http = new ProviderHttp(setup);
        _address = address ?? new OperationAddress(Http.Address("/responses"));
    }

    public ProviderSetup Setup { get; }

    public ProviderHttp Http { get; }

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using ResponsesRequest request = Write(call, messages, options, stream: false);
        using HttpResponseMessage response = await SendAsync(call, request, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await Http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        RoutedChatResponse result = ResponsesReader.Read(answer, request, Http, call);
        if (RawRequest.WantsResponse(options))
        {
            result.RawRepresentation = RawRequest.Copy(answer.WrittenSpan);
        }

        return result;
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        EventStreaming.ReadAsync(Http, call, new ResponsesStream(this, call, messages, options), cancellationToken);

    public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;

    public ResponsesRequest Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        IReadOnlyList<ChatMessage> sent = HistoryRepair.Repair(messages, HistoryRules.OpenAI, call);
        ClientCapture.Input(call.Capture, sent, options);
        PooledBuffer body = ResponsesRequestWriter.Write(call, sent, options, stream);
        RawRequest.Apply(call, options, this, ref body);
        return new ResponsesRequest(body, ResponsesRequestWriter.IsStored(options));
    }

    public ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, ResponsesRequest request, bool stream, CancellationToken cancellationToken) =>
        Http.SendAsync(call, _address.Of(call.Model), request.Body, stream, cancellationToken);
}
