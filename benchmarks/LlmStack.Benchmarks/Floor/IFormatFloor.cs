using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks.Floor;

/// <summary>Floor-B of a format: what a careful developer writes by hand with HttpClient and source-generated System.Text.Json.</summary>
internal interface IFormatFloor
{
    Task<FloorAnswer> ChatAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options);

    IAsyncEnumerable<string> ChatStreamingAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options);
}
