using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.ChatClient;

/// <summary>Any <see cref="IChatClient"/> and/or <see cref="IEmbeddingGenerator"/> as a provider.</summary>
internal sealed class ChatClientProvider(string name, IChatClient? chatClient, IEmbeddingGenerator<string, Embedding<float>>? embeddingGenerator) : ILlmProvider
{
    private readonly GeneratorEmbeddings? _embeddings = embeddingGenerator is null ? null : new GeneratorEmbeddings(name, embeddingGenerator);

    /// <summary>The mark of reasoning state that only this client's vendor understands.</summary>
    private readonly string _origin = $"client:{name}";

    public string Name { get; } = name;

    public IChatClient? ChatClient { get; } = chatClient;

    public IEmbeddingGenerator<string, Embedding<float>>? EmbeddingGenerator { get; } = embeddingGenerator;

    public async ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        IChatClient client = Client();
        ClientCapture.Input(call.Capture, messages, options);
        messages = ForeignThoughts.Strip(messages, _origin, call.Report);
        ChatResponse response;
        try
        {
            response = await client.GetResponseAsync(messages, ForModel(call, options), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Exception translated = ForeignErrors.Translate(e, Name, call.Report, cancellationToken);
            if (ReferenceEquals(translated, e))
            {
                throw;
            }

            throw translated;
        }

        call.Report.RequestSent = true;
        for (int i = 0; i < response.Messages.Count; i++)
        {
            ForeignThoughts.Tag(response.Messages[i].Contents, _origin);
        }

        ClientCapture.Output(call.Capture, response);
        return Routed(response);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IChatClient client = Client();
        ClientCapture.Input(call.Capture, messages, options);
        messages = ForeignThoughts.Strip(messages, _origin, call.Report);
        List<ChatResponseUpdate>? captured = call.Capture.IsEnabled ? [] : null;
        ChatResponseUpdate? last = null;
        IAsyncEnumerator<ChatResponseUpdate> updates = Open(client, call, messages, options, cancellationToken);
        await using var disposing = updates.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await updates.MoveNextAsync().ConfigureAwait(false))
                {
                    break;
                }
            }
            catch (Exception e)
            {
                Exception translated = ForeignErrors.Translate(e, Name, call.Report, cancellationToken);
                if (ReferenceEquals(translated, e))
                {
                    throw;
                }

                throw translated;
            }

            call.Report.RequestSent = true;
            ChatResponseUpdate update = updates.Current;
            ForeignThoughts.Tag(update.Contents, _origin);
            captured?.Add(update);
            ChatResponseUpdate given = last is null ? Routed(update) : update;
            last = update;
            yield return given;
        }

        if (captured is not null)
        {
            ClientCapture.Output(call.Capture, captured.ToChatResponse());
        }

        // An update of our own ends the stream, because holding each one back until the next would delay every token.
        yield return new RoutedChatResponseUpdate
        {
            Role = last?.Role,
            ResponseId = last?.ResponseId,
            MessageId = last?.MessageId,
            ModelId = last?.ModelId,
            CreatedAt = last?.CreatedAt,
            ConversationId = last?.ConversationId,
        };
    }

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEmbeddingProvider) ? _embeddings
        : serviceType.IsInstanceOfType(this) ? this
        : ChatClient?.GetService(serviceType);

    private IChatClient Client() =>
        ChatClient ?? throw new LlmException(LlmErrorKind.InvalidRequest, $"Provider '{Name}' has no chat client: it was registered with an embedding generator only.") { Provider = Name };

    private IAsyncEnumerator<ChatResponseUpdate> Open(IChatClient client, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            return client.GetStreamingResponseAsync(messages, ForModel(call, options), cancellationToken).GetAsyncEnumerator(cancellationToken);
        }
        catch (Exception e)
        {
            throw ForeignErrors.Translate(e, Name, call.Report, cancellationToken);
        }
    }

    private static ChatOptions ForModel(ProviderCall call, ChatOptions? options)
    {
        ChatOptions clone = options?.Clone() ?? new ChatOptions();
        clone.ModelId = call.Model;
        return clone;
    }

    /// <summary>A response of exactly the base type is copied so that it can carry its route; others may mean more than we know.</summary>
    private static ChatResponse Routed(ChatResponse response)
    {
        if (response.GetType() != typeof(ChatResponse))
        {
            return response;
        }

        return new RoutedChatResponse
        {
            Messages = response.Messages,
            ResponseId = response.ResponseId,
            ConversationId = response.ConversationId,
            ModelId = response.ModelId,
            CreatedAt = response.CreatedAt,
            FinishReason = response.FinishReason,
            Usage = response.Usage,
            ContinuationToken = response.ContinuationToken,
            RawRepresentation = response.RawRepresentation,
            AdditionalProperties = response.AdditionalProperties,
        };
    }

    private static ChatResponseUpdate Routed(ChatResponseUpdate update)
    {
        if (update.GetType() != typeof(ChatResponseUpdate))
        {
            return update;
        }

        return new RoutedChatResponseUpdate
        {
            Role = update.Role,
            AuthorName = update.AuthorName,
            Contents = update.Contents,
            ResponseId = update.ResponseId,
            MessageId = update.MessageId,
            ConversationId = update.ConversationId,
            ModelId = update.ModelId,
            CreatedAt = update.CreatedAt,
            FinishReason = update.FinishReason,
            ContinuationToken = update.ContinuationToken,
            RawRepresentation = update.RawRepresentation,
            AdditionalProperties = update.AdditionalProperties,
        };
    }
}
