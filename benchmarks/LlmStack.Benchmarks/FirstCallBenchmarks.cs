using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Floor;
using LlmStack.Benchmarks.Rivals;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Benchmarks;

/// <summary>What the first call of a process costs, compilation included: every measurement is a process of its own.</summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.ColdStart, launchCount: 10, warmupCount: 0, iterationCount: 1, invocationCount: 1, id: BenchmarkSettings.ColdStartJob)]
public class FirstCallBenchmarks
{
    private ILlmClient _warm = null!;

    [GlobalSetup(Target = nameof(LlmStackAfterWarmUp))]
    public void WarmUp()
    {
        _warm = LlmStackHost.Create(Setup()).Client;
        _warm.WarmUpAsync().GetAwaiter().GetResult();
    }

    [Benchmark(Baseline = true, Description = "Floor-B: client and first call")]
    public async Task<string> Floor()
    {
        var client = new FloorClient(CannedHandler.Chat(), OpenAISdk.DefaultAddress, Conversation.ApiKey);
        return (await client.ChatAsync(Conversation.ChatModel, Conversation.Messages, Conversation.Options)).Text;
    }

    [Benchmark(Description = "LlmStack: container and first call, routed and traced")]
    public async Task<string> LlmStackCold()
    {
        // Not disposed: what the process does at its end is no part of the first call.
        ServiceProvider services = LlmStackHost.Services(Setup()).BuildServiceProvider();
        return (await services.GetRequiredService<ILlmClient>().ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options)).Text;
    }

    [Benchmark(Description = "LlmStack: first call after WarmUpAsync")]
    public async Task<string> LlmStackAfterWarmUp() => (await _warm.ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options)).Text;

    [Benchmark(Description = "Microsoft.Extensions.AI.OpenAI: client and first call")]
    public async Task<string> ExtensionsAI()
    {
        IChatClient client = OpenAISdk.Chat(CannedHandler.Chat());
        return (await client.GetResponseAsync(Conversation.Messages, Conversation.Options)).Text;
    }

    private static LlmStackSetup Setup() => new() { Handler = CannedHandler.Chat(), Traced = true, TraceHandler = CannedHandler.Traces() };
}
