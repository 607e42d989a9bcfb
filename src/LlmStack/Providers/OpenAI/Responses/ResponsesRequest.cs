using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>A body, and what its answer is read by.</summary>
/// <param name="Body">The JSON.</param>
/// <param name="IsStored">Whether the server was left to keep the answer.</param>
internal sealed record ResponsesRequest(PooledBuffer Body, bool IsStored) : IDisposable
{
    /// <summary>What a next call continues; null when nothing was kept.</summary>
    public string? ConversationOf(ResponsesDocument response) => response.Conversation ?? (IsStored || response.IsStored ? response.Id : null);

    public void Dispose() => Body.Dispose();
}
