using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Something that a JSON document of a wire format is read into.</summary>
internal interface IWireDocument
{
    /// <summary>Reads a document.</summary>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    void Read(ReadOnlySpan<byte> json);
}
