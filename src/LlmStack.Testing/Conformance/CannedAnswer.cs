using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>An answer that a provider under test is made to send. A fixture writes it in its wire format, whole and as a stream.</summary>
public sealed record CannedAnswer
{
    /// <summary>The text; each piece is streamed on its own. Empty for an answer of tool calls alone.</summary>
    public IReadOnlyList<string> Pieces { get; init; } = [];

    /// <summary>The tool calls.</summary>
    public IReadOnlyList<CannedToolCall> ToolCalls { get; init; } = [];

    /// <summary>Why generation ended: Stop, Length, ToolCalls or ContentFilter.</summary>
    public ChatFinishReason FinishReason { get; init; } = ChatFinishReason.Stop;

    /// <summary>Input tokens, none of them from a cache.</summary>
    public int InputTokens { get; init; } = 11;

    /// <summary>Output tokens.</summary>
    public int OutputTokens { get; init; } = 7;

    /// <summary>The whole text.</summary>
    public string Text => string.Concat(Pieces);
}
