using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Why generation ended.</summary>
internal static class ResponsesFinish
{
    public static ChatFinishReason? Map(ResponsesDocument response, bool hasCalls) => response.Incomplete switch
    {
        "max_output_tokens" or "max_tokens" => ChatFinishReason.Length,
        "content_filter" => ChatFinishReason.ContentFilter,
        { } other => new ChatFinishReason(other),
        null when hasCalls => ChatFinishReason.ToolCalls,
        null => response.Status switch
        {
            "completed" => ChatFinishReason.Stop,
            "incomplete" => ChatFinishReason.Length,
            null => null,
            { } other => new ChatFinishReason(other),
        },
    };
}
