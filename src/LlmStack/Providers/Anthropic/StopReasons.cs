using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>The format's words for why generation ended.</summary>
internal static class StopReasons
{
    /// <summary>An answer that ended without a word for why.</summary>
    private static readonly ChatFinishReason Other = new("other");

    /// <param name="raw">The word; null when none was sent.</param>
    /// <param name="hasToolCalls">Whether the answer asks for tools of the caller.</param>
    public static ChatFinishReason Map(string? raw, bool hasToolCalls) => raw switch
    {
        null or "" => hasToolCalls ? ChatFinishReason.ToolCalls : Other,
        "end_turn" or "stop_sequence" or "pause_turn" => hasToolCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,

        // The tool that carries a structured answer is ours: nobody has to be called.
        "tool_use" => hasToolCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        "max_tokens" or "model_context_window_exceeded" => ChatFinishReason.Length,
        "refusal" => ChatFinishReason.ContentFilter,
        _ => new ChatFinishReason(raw),
    };
}
