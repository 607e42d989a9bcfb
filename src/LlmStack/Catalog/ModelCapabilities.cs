namespace LlmStack;

/// <summary>What a model can do, as the catalogue knows it.</summary>
[Flags]
public enum ModelCapabilities
{
    /// <summary>Nothing beside text is known.</summary>
    None = 0,

    /// <summary>Reads images.</summary>
    Vision = 1,

    /// <summary>Reads audio.</summary>
    AudioInput = 2,

    /// <summary>Produces audio.</summary>
    AudioOutput = 4,

    /// <summary>Reads video.</summary>
    Video = 8,

    /// <summary>Reads PDF documents.</summary>
    Pdf = 16,

    /// <summary>Produces images.</summary>
    ImageOutput = 32,

    /// <summary>Calls tools.</summary>
    Tools = 64,

    /// <summary>Follows a JSON schema natively.</summary>
    JsonSchema = 128,

    /// <summary>Reasons before it answers.</summary>
    Reasoning = 256,

    /// <summary>Its prompts can be cached by the provider.</summary>
    PromptCache = 512,

    /// <summary>Refuses or ignores temperature and top_p.</summary>
    NoSampling = 1024,
}
