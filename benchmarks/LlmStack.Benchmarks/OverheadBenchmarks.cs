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
        Check(_traced.Client);
        Check(_untraced.Client);
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
    public Task<ChatResponse> Routed() => _untraced.Client.ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options);

    [Benchmark(Description = "Routed, traced with content")]
    public Task<ChatResponse> RoutedAndTraced() => _traced.Client.ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options);

    /// <summary>A row that measured calls without their route would be about something else.</summary>
    private static void Check(ILlmClient client)
    {
        ChatResponse response = client.ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options).GetAwaiter().GetResult();
        if (response.GetRoute() is null)
        {
            throw new InvalidDataException("The response carries no route.");
        }
    }
}
