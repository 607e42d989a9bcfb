using System.Runtime.CompilerServices;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>OpenAI's chat completions; its other faces are completions, embeddings and the <c>/rerank</c> of compatible servers.</summary>
internal sealed class OpenAIProvider : ILlmProvider
{
    private readonly ProviderHttp _http;
    private readonly OpenAIProfile _profile;
    private readonly OperationAddress _address;
    private readonly OpenAIEmbeddings _embeddings;
    private readonly OpenAICompletions _completions;
    private readonly OpenAIRerank _rerank;

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
        _completions = new OpenAICompletions(_http, profile, addresses("/completions"));
        _rerank = new OpenAIRerank(_http, addresses("/rerank"), profile.RerankTopField);
    }

    public ProviderSetup Setup { get; }

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        ChatPlan plan = ChatPlan.Of(call, options, _profile);
        using PooledBuffer body = Write(call, messages, plan, stream: false);
        using HttpResponseMessage response = await _http.SendAsync(call, _address.Of(call.Model), body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await _http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        RoutedChatResponse read = ChatResponseReader.Read(answer, _http, call, _profile);
        StructuredOutput.Finish(read, plan.Structure, Setup.Name);
        if (RawRequest.WantsResponse(options))
        {
            read.RawRepresentation = RawRequest.Copy(answer.WrittenSpan);
        }

        return read;
    }

    public async IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChatPlan plan = ChatPlan.Of(call, options, _profile);
        bool keepsRaw = RawRequest.WantsResponse(options);
        using HttpResponseMessage response = await OpenStreamAsync(call, messages, plan, cancellationToken).ConfigureAwait(false);
        Stream stream = await _http.OpenAsync(response, call, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        using var reader = new SseReader(stream, _http.MaxBodyBytes);
        using var session = new ChatStreamSession(_http, call, _profile);
        while (true)
        {
            while (session.Next(reader) is { } update)
            {
                update.RawRepresentation = keepsRaw ? RawRequest.Copy(reader.Data) : null;
                yield return update;
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (session.Done)
            {
                break;
            }

            int count;
            try
            {
                count = await reader.FillAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Exception translated = TransportErrors.Translate(e, Setup.Name, call.Report, cancellationToken);
                if (ReferenceEquals(translated, e))
                {
                    throw;
                }

                throw translated;
            }

            reader.Filled(count);
        }

        while (session.NextClosing() is { } closing)
        {
            yield return closing;
        }

        RoutedChatResponseUpdate final = session.Final();
        StructuredOutput.Finish(final, plan.Structure, Setup.Name);
        yield return final;
    }

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEmbeddingProvider) ? _embeddings
        : serviceType == typeof(ITextCompletionProvider) ? _completions
        : serviceType == typeof(IRerankProvider) ? _rerank
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    private async ValueTask<HttpResponseMessage> OpenStreamAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatPlan plan, CancellationToken cancellationToken)
    {
        using PooledBuffer body = Write(call, messages, plan, stream: true);
        return await _http.SendAsync(call, _address.Of(call.Model), body, stream: true, cancellationToken).ConfigureAwait(false);
    }

    private PooledBuffer Write(ProviderCall call, IReadOnlyList<ChatMessage> messages, in ChatPlan plan, bool stream)
    {
        PooledBuffer body = ChatRequestWriter.Write(call, messages, plan, _profile, stream);
        try
        {
            RawRequest.Apply(call, plan.Options, this, ref body);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }
}
