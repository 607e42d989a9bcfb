using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Pieces of an answer that are the vendor's own business, for instance the tools it runs: handed on as they are, and sent back so.</summary>
/// <param name="key">Where the piece lies on its content, so that it survives a history that was stored as JSON.</param>
/// <param name="origin">The format the pieces come from; no other is sent them.</param>
internal sealed class VendorBlock(string key, string origin)
{
    public AIContent ToContent(JsonElement block)
    {
        var content = new AIContent { RawRepresentation = block, AdditionalProperties = new() { [key] = block } };
        OpaqueState.Tag(content, origin);
        return content;
    }

    /// <summary>Whether a content is such a piece of this vendor's; false when it is another's, which is listed; null when it is something else.</summary>
    public bool? CanSend(AIContent content, AttemptReport report)
    {
        if (TryGet(content, out _))
        {
            return true;
        }

        if (OpaqueState.BelongsTo(content, origin))
        {
            return null;
        }

        report.AddChange("messages: content that only another vendor understands was dropped");
        return false;
    }

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
