using LlmStack.Providers;

namespace LlmStack.Routing;

/// <summary>A provider of the current snapshot: its adapter, its credential and what it is known by.</summary>
internal sealed class ProviderEntry(string name, ILlmProvider provider, ICredentialSource credentials)
{
    public ProviderEntry(string name, ILlmProvider provider, ICredential credential)
        : this(name, provider, new SingleCredential(credential))
    {
    }

    public string Name { get; } = name;

    public ILlmProvider Provider { get; } = provider;

    public ICredentialSource Credentials { get; } = credentials;

    /// <summary>The credential of a caller without one of his own; of a pool the first.</summary>
    public ICredential Credential => Credentials.For(LlmContext.Empty)[0];

    /// <summary>Whether callers may bring credentials of their own.</summary>
    public bool TakesCallerCredentials { get; } = credentials is CallerCredentials;

    /// <summary>The OpenTelemetry provider name (<c>gen_ai.provider.name</c>), for instance <c>openai</c>.</summary>
    public string SystemName { get; init; } = name;

    /// <summary>The provider's name in the model catalogue; null when its models are not in it.</summary>
    public string? CatalogName { get; init; }

    /// <summary>The host called, for traces; null for providers in process.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Local servers load models on first use and get the longer first-token timeout.</summary>
    public bool IsLocal { get; init; }

    /// <summary>User code runs inside the call (an <c>IChatClient</c>), so the attempt's span must be ambient during it.</summary>
    public bool RunsUserCode { get; init; }

    /// <summary>Whether it trains on what it is sent; null when unknown.</summary>
    public bool? TrainsOnData { get; init; }

    /// <summary>How long it keeps what it is sent; null when unknown.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Whether its calls carry the trace's <c>traceparent</c>.</summary>
    public bool PropagatesTrace { get; init; }

    public CallPolicyOptions? PolicyOverride { get; init; }

    /// <summary>What happens to options that cannot be sent, unless the call says otherwise.</summary>
    public UnsupportedFields FieldPolicy { get; init; }

    public bool RepairHistory { get; init; } = true;

    public bool CacheBreakpoints { get; init; }

    public IEmbeddingProvider? Embeddings { get; } = (IEmbeddingProvider?)provider.GetService(typeof(IEmbeddingProvider));

    public ITextCompletionProvider? Completions { get; } = (ITextCompletionProvider?)provider.GetService(typeof(ITextCompletionProvider));

    public IRerankProvider? Rerank { get; } = (IRerankProvider?)provider.GetService(typeof(IRerankProvider));

    public IModerationProvider? Moderation { get; } = (IModerationProvider?)provider.GetService(typeof(IModerationProvider));

    public IImageProvider? Images { get; } = (IImageProvider?)provider.GetService(typeof(IImageProvider));

    public ITextToSpeechProvider? Speech { get; } = (ITextToSpeechProvider?)provider.GetService(typeof(ITextToSpeechProvider));

    public ISpeechToTextProvider? Transcription { get; } = (ISpeechToTextProvider?)provider.GetService(typeof(ISpeechToTextProvider));

    public bool Supports(LlmOperation operation) => operation switch
    {
        LlmOperation.Embeddings => Embeddings is not null,
        LlmOperation.TextCompletion => Completions is not null,
        LlmOperation.Rerank => Rerank is not null,
        LlmOperation.Moderation => Moderation is not null,
        LlmOperation.ImageGeneration => Images is not null,
        LlmOperation.TextToSpeech => Speech is not null,
        LlmOperation.SpeechToText => Transcription is not null,
        _ => Provider is not IChatAvailability { OffersChat: false },
    };
}
