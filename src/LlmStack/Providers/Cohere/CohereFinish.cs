using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>The words by which the service says why generation ended.</summary>
internal static class CohereFinish
{
    public static ChatFinishReason? Map(string? raw, bool hasCalls) => raw switch
    {
        null or "" => hasCalls ? ChatFinishReason.ToolCalls : null,
        "COMPLETE" or "STOP_SEQUENCE" => hasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        "MAX_TOKENS" => ChatFinishReason.Length,
        "TOOL_CALL" => ChatFinishReason.ToolCalls,
        "ERROR_TOXIC" => ChatFinishReason.ContentFilter,
        _ => new ChatFinishReason(raw),
    };

    /// <summary>Throws when the word stands for a failure.</summary>
    public static void ThrowIfFailed(string? raw, string provider, AttemptReport report)
    {
        LlmErrorKind? kind = raw switch
        {
            "ERROR" => LlmErrorKind.ServerError,
            "ERROR_LIMIT" => LlmErrorKind.ContextWindowExceeded,
            "TIMEOUT" => LlmErrorKind.Timeout,

            // Whoever cancelled, our caller would not have waited for the answer: as with status 499, something between us hung up.
            "USER_CANCEL" => LlmErrorKind.Network,
            _ => null,
        };
        if (kind is { } failure)
        {
            throw ErrorFactory.Ended(provider, failure, raw, report);
        }
    }
}
