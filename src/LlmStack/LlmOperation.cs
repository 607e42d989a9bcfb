namespace LlmStack;

/// <summary>The operations a deployment can be asked for.</summary>
public enum LlmOperation
{
    /// <summary>A conversation.</summary>
    Chat,

    /// <summary>Vectors for texts.</summary>
    Embeddings,

    /// <summary>The continuation of a plain text.</summary>
    TextCompletion,

    /// <summary>Documents ordered by relevance.</summary>
    Rerank,

    /// <summary>Whether contents are harmful.</summary>
    Moderation,

    /// <summary>Images made or edited as told.</summary>
    ImageGeneration,

    /// <summary>A text spoken.</summary>
    TextToSpeech,

    /// <summary>The words of speech.</summary>
    SpeechToText,
}
