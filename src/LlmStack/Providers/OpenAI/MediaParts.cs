namespace LlmStack.Providers.OpenAI;

/// <summary>The parts in which a service takes sounds and files. Images are the same everywhere.</summary>
internal enum MediaParts
{
    /// <summary>Sounds and files as objects with their data.</summary>
    OpenAI,

    /// <summary>Sounds as bare base64 or an address, documents as the address of one, stored files by their id alone.</summary>
    Mistral,
}
