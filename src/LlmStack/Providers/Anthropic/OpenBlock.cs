using System.Text;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>A block whose end has not come yet.</summary>
internal sealed class OpenBlock(long index, AnthropicBlock? start)
{
    public long Index { get; } = index;

    /// <summary>What the block began with; null when its begin was never sent.</summary>
    public AnthropicBlock? Start { get; } = start;

    /// <summary>The signature of a thinking block: the last one sent holds.</summary>
    public string? Opaque { get; set; } = start?.Opaque;

    /// <summary>The input of a tool that the provider runs, piece by piece; null until the first.</summary>
    public StringBuilder? Input { get; set; }

    public List<AIAnnotation>? Citations { get; set; } = start?.Citations;
}
