namespace LlmStack.Testing;

/// <summary>What a provider offers beside chat, and so which cases apply to it.</summary>
[Flags]
public enum ConformanceOperations
{
    /// <summary>Nothing but chat.</summary>
    None = 0,

    /// <summary><see cref="Providers.IEmbeddingProvider"/>, of a provider that takes three texts at once or more.</summary>
    Embeddings = 1,

    /// <summary><see cref="Providers.ITextCompletionProvider"/>, whole and streamed.</summary>
    TextCompletions = 2,

    /// <summary><see cref="Providers.IRerankProvider"/>.</summary>
    Rerank = 4,

    /// <summary><see cref="Providers.IModerationProvider"/>.</summary>
    Moderation = 8,

    /// <summary><see cref="Providers.IImageProvider"/>.</summary>
    Images = 16,

    /// <summary><see cref="Providers.ITextToSpeechProvider"/>, whole and streamed.</summary>
    Speech = 32,

    /// <summary><see cref="Providers.ISpeechToTextProvider"/>, whole and streamed.</summary>
    Transcription = 64,
}
