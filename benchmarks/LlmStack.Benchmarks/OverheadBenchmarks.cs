using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks;

/// <summary>What routing and tracing add to our own plain call, the route on the response included.</summary>
[MemoryDiagnoser]
public class OverheadBenchmarks
{
    private LlmStackHost _traced = null!;
    private LlmStackHost _untraced = null!;
    private PlainProvider _plain = null!;

    [GlobalSetup]
    public void Setup()
    {
        _traced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.Chat(), Traced = true, TraceHandler = CannedHandler.Traces() });
        _untraced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.Chat() });
        _plain = _untraced.Plain();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _traced.Flush();
        _traced.Dispose();
        _untraced.Dispose();
    }

    [Benchmark(Baseline = true, Description = "Adapter alone")]
    public ValueTask<ChatResponse> Plain() => _plain.ChatAsync(Conversation.Messages, Conversation.Options);

    [Benchmark(Description = "Routed")]
    public Task<ChatResponse> Routed() => Routed(_untraced.Client);

    [Benchmark(Description = "Routed, traced with content")]
    public Task<ChatResponse> RoutedAndTraced() => Routed(_traced.Client);

    private static async Task<ChatResponse> Routed(ILlmClient client)
    {
        ChatResponse response = await client.ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options);
        return response.GetRoute() is null ? throw new InvalidDataException("The response carries no route.") : response;
    }
}
