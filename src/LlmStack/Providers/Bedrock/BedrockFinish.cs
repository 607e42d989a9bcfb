using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>The words by which the service says why generation ended.</summary>
internal static class BedrockFinish
{
    public static ChatFinishReason? Map(string? raw, bool hasCalls) => raw switch
    {
        null or "" => hasCalls ? ChatFinishReason.ToolCalls : null,
        "end_turn" or "stop_sequence" => hasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        "max_tokens" or "model_context_window_exceeded" => ChatFinishReason.Length,
        "tool_use" => ChatFinishReason.ToolCalls,
        "guardrail_intervened" or "content_filtered" => ChatFinishReason.ContentFilter,
        _ => new ChatFinishReason(raw),
    };

    /// <summary>Throws when the model wrote what nobody can read; asking again usually helps.</summary>
    public static void ThrowIfFailed(string? raw, string provider, AttemptReport report)
    {
        if (raw is "malformed_model_output" or "malformed_tool_use")
        {
            throw ErrorFactory.Ended(provider, LlmErrorKind.InvalidResponse, raw, report);
        }
    }
}
