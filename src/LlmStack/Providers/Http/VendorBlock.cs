using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Pieces of an answer that are the vendor's own business, for instance the tools it runs: handed on as they are, and sent back so.</summary>
/// <param name="key">Where the piece lies on its content, so that it survives a history that was stored as JSON.</param>
internal sealed class VendorBlock(string key)
{
    public AIContent ToContent(JsonElement block) => new() { RawRepresentation = block, AdditionalProperties = new() { [key] = block } };

    /// <summary>The piece to send back; false when the content is none of this vendor's.</summary>
    public bool TryGet(AIContent content, out JsonElement block)
    {
        if (content.AdditionalProperties is { } properties && properties.TryGetValue(key, out object? value) && value is JsonElement { ValueKind: JsonValueKind.Object } known)
        {
            block = known;
            return true;
        }

        block = default;
        return false;
    }
}
