using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks;

/// <summary>As <see cref="StreamingBenchmarks"/>, for the formats beside OpenAI's; every figure is per chunk, the call's share included.</summary>
[MemoryDiagnoser]
public class FormatStreamingBenchmarks
{
    private FormatSubjects _subjects = null!;

    [ParamsAllValues]
    public FormatName Format { get; set; }

    [GlobalSetup]
    public void Setup() => _subjects = FormatSubjects.Of(Format, stream: true);

    [GlobalCleanup]
    public void Cleanup() => _subjects.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = CannedBodies.StreamChunks, Description = "Floor-B: SseParser + source-generated JSON")]
    public async Task<int> Floor()
    {
        int characters = 0;
        await foreach (string text in _subjects.Floor.ChatStreamingAsync(Conversation.Messages, Conversation.Options))
        {
            characters += text.Length;
        }

        return Check(characters);
    }

    [Benchmark(OperationsPerInvoke = CannedBodies.StreamChunks, Description = "LlmStack: routed, traced with content")]
    public Task<int> LlmStackTraced() => Read(_subjects.Traced.Client.ChatStreamingAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options));

    [Benchmark(OperationsPerInvoke = CannedBodies.StreamChunks, Description = "LlmStack: routed")]
    public Task<int> LlmStackRouted() => Read(_subjects.Routed.Client.ChatStreamingAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options));

    [Benchmark(OperationsPerInvoke = CannedBodies.StreamChunks, Description = "LlmStack: adapter alone")]
    public Task<int> LlmStackPlain() => Read(_subjects.Plain.ChatStreamingAsync(Conversation.Messages, Conversation.Options));

    private static async Task<int> Read(IAsyncEnumerable<ChatResponseUpdate> updates)
    {
        int characters = 0;
        await foreach (ChatResponseUpdate update in updates)
        {
            characters += update.Text.Length;
        }

        return Check(characters);
    }

    private static int Check(int characters) =>
        characters == CannedBodies.StreamCharacters ? characters : throw new InvalidDataException($"The stream brought {characters} of {CannedBodies.StreamCharacters} characters.");
}
