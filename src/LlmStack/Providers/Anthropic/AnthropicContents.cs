using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Turns complete blocks into contents.</summary>
internal static class AnthropicContents
{
    /// <param name="block">A block of a whole answer.</param>
    /// <param name="ordinal">Where the block stands; names a call that came without an id.</param>
    /// <returns>Null for a block that says nothing.</returns>
    public static AIContent? Of(AnthropicBlock block, int ordinal)
    {
        switch (block.Kind)
        {
            case AnthropicBlockKind.Text:
                return string.IsNullOrEmpty(block.Text) && block.Citations is null ? null : new TextContent(SurrogateCarry.Repair(block.Text ?? "")) { Annotations = block.Citations };
            case AnthropicBlockKind.Thinking:
                return string.IsNullOrEmpty(block.Text) && block.Opaque is null ? null : AnthropicThinking.ToContent(SurrogateCarry.Repair(block.Text ?? ""), block.Opaque);
            case AnthropicBlockKind.RedactedThinking:
                return AnthropicThinking.ToRedacted(block.Opaque ?? "");
            case AnthropicBlockKind.ToolUse:
                return ToolArguments.ToContent(block.Id ?? $"call_{ordinal}", block.Name ?? "", block.Input ?? "");
            default:
                return AnthropicServerBlock.ToContent(block.Whole, input: null);
        }
    }

    public static bool IsSchemaTool(AnthropicBlock block, string? schemaTool) =>
        schemaTool is not null && block.Kind == AnthropicBlockKind.ToolUse && string.Equals(block.Name, schemaTool, StringComparison.Ordinal);
}
