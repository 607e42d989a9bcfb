using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Floor;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks;

/// <summary>As <see cref="ChatCallBenchmarks"/>, for the formats beside OpenAI's: one chat call when the network costs nothing.</summary>
[MemoryDiagnoser]
public class FormatChatBenchmarks
{
    private FormatSubjects _subjects = null!;

    [ParamsAllValues]
    public FormatName Format { get; set; }

    [GlobalSetup]
    public void Setup() => _subjects = FormatSubjects.Of(Format, stream: false);

    [GlobalCleanup]
    public void Cleanup() => _subjects.Dispose();

    [Benchmark(Baseline = true, Description = "Floor-B: HttpClient + source-generated JSON")]
    public async Task<long> Floor()
    {
        FloorAnswer answer = await _subjects.Floor.ChatAsync(Conversation.Messages, Conversation.Options);
        return Check(answer.Text, answer.Usage?.CompletionTokens);
    }

    [Benchmark(Description = "LlmStack: routed, traced with content")]
    public Task<long> LlmStackTraced() => Call(_subjects.Traced.Client);

    [Benchmark(Description = "LlmStack: routed")]
    public Task<long> LlmStackRouted() => Call(_subjects.Routed.Client);

    [Benchmark(Description = "LlmStack: adapter alone")]
    public async Task<long> LlmStackPlain()
    {
        ChatResponse response = await _subjects.Plain.ChatAsync(Conversation.Messages, Conversation.Options);
        return Check(response.Text, response.Usage?.OutputTokenCount);
    }

    private static async Task<long> Call(ILlmClient client)
    {
        ChatResponse response = await client.ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options);
        return Check(response.Text, response.Usage?.OutputTokenCount);
    }

    private static long Check(string text, long? tokens) =>
        text.Length > 500 && tokens is { } count ? count : throw new InvalidDataException($"The answer lacks its text or its usage: {text.Length} characters, {tokens} tokens.");
}
