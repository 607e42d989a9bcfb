using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmStack.FaultRuns;

/// <summary>A provider that answers at once, so that what is measured is the call and its span.</summary>
internal sealed class CannedClient : IChatClient
{
    private readonly string _answer = new('a', 800);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, _answer))
        {
            FinishReason = ChatFinishReason.Stop,
            ModelId = "canned",
            Usage = new UsageDetails { InputTokenCount = 180, OutputTokenCount = 200, TotalTokenCount = 380 },
        });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        yield return new ChatResponseUpdate(ChatRole.Assistant, _answer) { FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
