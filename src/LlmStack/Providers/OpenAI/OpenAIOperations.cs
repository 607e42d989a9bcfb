namespace LlmStack.Providers.OpenAI;

/// <summary>The operations of the format, of which a service offers some.</summary>
[Flags]
internal enum OpenAIOperations
{
    None = 0,
    Chat = 1,
    Completions = 2,
    Embeddings = 4,
    Rerank = 8,
    Moderation = 16,
    Images = 32,
    Speech = 64,
    Transcription = 128,

    /// <summary>Of speech into English; only beside <see cref="Transcription"/>.</summary>
    Translation = 256,

    All = Chat | Completions | Embeddings | Rerank | Moderation | Images | Speech | Transcription | Translation,
}
