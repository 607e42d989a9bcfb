using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>The format's words for why generation ended.</summary>
internal static class GeminiFinishReasons
{
    public static ChatFinishReason? Map(string? raw, bool hasToolCalls) => raw switch
    {
        null or "" or "FINISH_REASON_UNSPECIFIED" => hasToolCalls ? ChatFinishReason.ToolCalls : null,
        "STOP" => hasToolCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        "MAX_TOKENS" or "CONTINUATION" => ChatFinishReason.Length,
        "SAFETY" or "RECITATION" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "LANGUAGE" or "IMAGE_SAFETY" or "IMAGE_PROHIBITED_CONTENT" or "IMAGE_RECITATION" => ChatFinishReason.ContentFilter,
        _ => new ChatFinishReason(raw),
    };

    /// <summary>Whether the model wrote a call that cannot be used; asking again usually helps.</summary>
    public static bool IsFailure(string? raw) => raw is "MALFORMED_FUNCTION_CALL" or "UNEXPECTED_TOOL_CALL" or "TOO_MANY_TOOL_CALLS";
}
