using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Floor;
using LlmStack.Benchmarks.Rivals;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;
using OpenTelemetry.Trace;

namespace LlmStack.Benchmarks;

/// <summary>What a chunk of a stream costs: 256 chunks with four characters each; every figure is per chunk, the call's share included.</summary>
[MemoryDiagnoser]
public class StreamingBenchmarks
{
    private const string Source = "streaming";

    private FloorClient _floor = null!;
    private LlmStackHost _traced = null!;
    private LlmStackHost _untraced = null!;
    private PlainProvider _plain = null!;
    private IChatClient _sdk = null!;
    private IChatClient _tracedSdk = null!;
    private TracerProvider _otlp = null!;

    [GlobalSetup]
    public void Setup()
    {
        _floor = new FloorClient(CannedHandler.Stream(), OpenAISdk.DefaultAddress, Conversation.ApiKey);
        _traced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.Stream(), Traced = true, TraceHandler = CannedHandler.Traces() });
        _untraced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.Stream() });
        _plain = _untraced.Plain();
        _sdk = OpenAISdk.Chat(CannedHandler.Stream());
        _tracedSdk = OpenAISdk.TracedChat(CannedHandler.Stream(), Source);
        _otlp = OtlpPipeline.Create(Source, CannedHandler.Traces);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _traced.Flush();
        _traced.Dispose();
        _untraced.Dispose();
        _otlp.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = CannedBodies.StreamChunks, Description = "Floor-B: SseParser + source-generated JSON")]
    public async Task<int> Floor()
    {
        int characters = 0;
        await foreach (string text in _floor.ChatStreamingAsync(Conversation.ChatModel, Conversation.Messages, Conversation.Options))
        {
            characters += text.Length;
        }

        return Check(characters);
    }

    [Benchmark(OperationsPerInvoke = CannedBodies.StreamChunks, Description = "LlmStack: routed, traced with content")]
    public Task<int> LlmStackTraced() => Read(_traced.Client.ChatStreamingAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options));

    [Benchmark(OperationsPerInvoke = CannedBodies.StreamChunks, Description = "LlmStack: routed")]
    public Task<int> LlmStackRouted() => Read(_untraced.Client.ChatStreamingAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options));

    [Benchmark(OperationsPerInvoke = CannedBodies.StreamChunks, Description = "LlmStack: adapter alone")]
    public Task<int> LlmStackPlain() => Read(_plain.ChatStreamingAsync(Conversation.Messages, Conversation.Options));

    [Benchmark(OperationsPerInvoke = CannedBodies.StreamChunks, Description = "Microsoft.Extensions.AI.OpenAI")]
    public Task<int> ExtensionsAI() => Read(_sdk.GetStreamingResponseAsync(Conversation.Messages, Conversation.Options));

    [Benchmark(OperationsPerInvoke = CannedBodies.StreamChunks, Description = "Microsoft.Extensions.AI.OpenAI + OpenTelemetry, OTLP")]
    public Task<int> ExtensionsAITraced() => Read(_tracedSdk.GetStreamingResponseAsync(Conversation.Messages, Conversation.Options));

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
