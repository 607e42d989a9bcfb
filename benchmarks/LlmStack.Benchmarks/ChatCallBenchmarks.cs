using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Floor;
using LlmStack.Benchmarks.Rivals;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;
using OpenTelemetry.Trace;

namespace LlmStack.Benchmarks;

/// <summary>What one chat call costs end to end when the network costs nothing.</summary>
[MemoryDiagnoser]
public class ChatCallBenchmarks
{
    private const string Source = "chat-call";

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
        _floor = new FloorClient(CannedHandler.Chat(), OpenAISdk.DefaultAddress, Conversation.ApiKey);
        _traced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.Chat(), Traced = true, TraceHandler = CannedHandler.Traces() });
        _untraced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.Chat() });
        _plain = _untraced.Plain();
        _sdk = OpenAISdk.Chat(CannedHandler.Chat());
        _tracedSdk = OpenAISdk.TracedChat(CannedHandler.Chat(), Source);
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

    [Benchmark(Baseline = true, Description = "Floor-B: HttpClient + source-generated JSON")]
    public async Task<long> Floor()
    {
        FloorAnswer answer = await _floor.ChatAsync(Conversation.ChatModel, Conversation.Messages, Conversation.Options);
        return Check(answer.Text, answer.Usage?.CompletionTokens);
    }

    [Benchmark(Description = "LlmStack: routed, traced with content")]
    public Task<long> LlmStackTraced() => Call(_traced.Client);

    [Benchmark(Description = "LlmStack: routed")]
    public Task<long> LlmStackRouted() => Call(_untraced.Client);

    [Benchmark(Description = "LlmStack: adapter alone")]
    public async Task<long> LlmStackPlain()
    {
        ChatResponse response = await _plain.ChatAsync(Conversation.Messages, Conversation.Options);
        return Check(response.Text, response.Usage?.OutputTokenCount);
    }

    [Benchmark(Description = "Microsoft.Extensions.AI.OpenAI")]
    public Task<long> ExtensionsAI() => Call(_sdk);

    [Benchmark(Description = "Microsoft.Extensions.AI.OpenAI + OpenTelemetry, OTLP")]
    public Task<long> ExtensionsAITraced() => Call(_tracedSdk);

    private static async Task<long> Call(ILlmClient client)
    {
        ChatResponse response = await client.ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options);
        return Check(response.Text, response.Usage?.OutputTokenCount);
    }

    private static async Task<long> Call(IChatClient client)
    {
        ChatResponse response = await client.GetResponseAsync(Conversation.Messages, Conversation.Options);
        return Check(response.Text, response.Usage?.OutputTokenCount);
    }

    private static long Check(string text, long? tokens) =>
        text.Length > 500 && tokens is { } count ? count : throw new InvalidDataException($"The answer lacks its text or its usage: {text.Length} characters, {tokens} tokens.");
}
