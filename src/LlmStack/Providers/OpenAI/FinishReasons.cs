using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>The words by which servers say why generation ended.</summary>
internal static class FinishReasons
{
    public static ChatFinishReason? Map(string? raw, bool hasToolCalls)
    {
        ChatFinishReason? reason = raw switch
        {
            null or "" => null,
            "stop" or "eos" or "eos_token" or "end_turn" or "stop_sequence" or "complete" => ChatFinishReason.Stop,
            "length" or "max_tokens" or "model_length" => ChatFinishReason.Length,
            "tool_calls" or "function_call" or "tool_use" => ChatFinishReason.ToolCalls,
            "content_filter" or "sensitive" or "safety" => ChatFinishReason.ContentFilter,
            _ => new ChatFinishReason(raw),
        };

        // Several servers say "stop", or nothing, although they ask for tools.
        return hasToolCalls && (reason is null || reason == ChatFinishReason.Stop) ? ChatFinishReason.ToolCalls : reason;
    }

    /// <summary>The kind of failure a word stands for; null when generation ended well.</summary>
    public static LlmErrorKind? FailureOf(string? raw) => raw switch
    {
        "error" or "network_error" => LlmErrorKind.ServerError,
        "insufficient_system_resource" => LlmErrorKind.Overloaded,
        "model_context_window_exceeded" => LlmErrorKind.ContextWindowExceeded,
        _ => null,
    };
}
