using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Routing;

/// <summary>What a request needs of a model.</summary>
[Flags]
[Experimental("LLMSTACK001")]
public enum RequestFeatures
{
    /// <summary>Nothing beside text.</summary>
    None = 0,

    /// <summary>The answer is streamed.</summary>
    Streaming = 1,

    /// <summary>Tools are offered.</summary>
    Tools = 2,

    /// <summary>Images are sent.</summary>
    Vision = 4,

    /// <summary>Audio is sent.</summary>
    Audio = 8,

    /// <summary>Documents (PDF) are sent.</summary>
    Pdf = 16,

    /// <summary>The answer must follow a JSON schema.</summary>
    JsonSchema = 32,

    /// <summary>Videos are sent.</summary>
    Video = 64,

    /// <summary>Reasoning is asked for.</summary>
    Reasoning = 128,

    /// <summary>Temperature, top_p or top_k is set.</summary>
    Sampling = 256,
}
