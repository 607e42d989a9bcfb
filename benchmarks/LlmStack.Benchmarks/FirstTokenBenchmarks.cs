using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Floor;
using LlmStack.Benchmarks.Rivals;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;
using OpenTelemetry.Trace;

namespace LlmStack.Benchmarks;

/// <summary>
/// Time from the call to the first text in the caller's hands, the server's share being nothing. The streams of an iteration stay
/// open until its end, so that the time to close them is not part of the figure; hence short iterations, and many of them.
/// </summary>
[MemoryDiagnoser]
[WarmupCount(40)]
[MinIterationCount(40)]
[MaxIterationCount(100)]
public class FirstTokenBenchmarks
{
    private const int Streams = 128;
    private const string Source = "first-token";

    private readonly List<IAsyncDisposable> _open = new(Streams);
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
        _floor = new FloorClient(CannedHandler.StreamInTwoParts(), OpenAISdk.DefaultAddress, Conversation.ApiKey);
        _traced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.StreamInTwoParts(), Traced = true, TraceHandler = CannedHandler.Traces() });
        _untraced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.StreamInTwoParts() });
        _plain = _untraced.Plain();
        _sdk = OpenAISdk.Chat(CannedHandler.StreamInTwoParts());
        _tracedSdk = OpenAISdk.TracedChat(CannedHandler.StreamInTwoParts(), Source);
        _otlp = OtlpPipeline.Create(Source, CannedHandler.Traces);
    }

    [IterationCleanup]
    public void Close()
    {
        foreach (IAsyncDisposable stream in _open)
        {
            stream.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        _open.Clear();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _traced.Flush();
        _traced.Dispose();
        _untraced.Dispose();
        _otlp.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Streams, Description = "Floor-B: SseParser + source-generated JSON")]
    public async Task Floor()
    {
        for (int i = 0; i < Streams; i++)
        {
            IAsyncEnumerator<string> stream = _floor.ChatStreamingAsync(Conversation.ChatModel, Conversation.Messages, Conversation.Options).GetAsyncEnumerator();
            _open.Add(stream);
            if (!await stream.MoveNextAsync())
            {
                throw new InvalidDataException("The stream ended before its first text.");
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Streams, Description = "LlmStack: routed, traced with content")]
    public Task LlmStackTraced() => Open(_traced.Client);

    [Benchmark(OperationsPerInvoke = Streams, Description = "LlmStack: routed")]
    public Task LlmStackRouted() => Open(_untraced.Client);

    [Benchmark(OperationsPerInvoke = Streams, Description = "LlmStack: adapter alone")]
    public async Task LlmStackPlain()
    {
        for (int i = 0; i < Streams; i++)
        {
            await ToFirstText(_plain.ChatStreamingAsync(_plain.NewChatCall(), Conversation.Messages, Conversation.Options));
        }
    }

    [Benchmark(OperationsPerInvoke = Streams, Description = "Microsoft.Extensions.AI.OpenAI")]
    public Task ExtensionsAI() => Open(_sdk);

    [Benchmark(OperationsPerInvoke = Streams, Description = "Microsoft.Extensions.AI.OpenAI + OpenTelemetry, OTLP")]
    public Task ExtensionsAITraced() => Open(_tracedSdk);

    private async Task Open(ILlmClient client)
    {
        for (int i = 0; i < Streams; i++)
        {
            await ToFirstText(client.ChatStreamingAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options));
        }
    }

    private async Task Open(IChatClient client)
    {
        for (int i = 0; i < Streams; i++)
        {
            await ToFirstText(client.GetStreamingResponseAsync(Conversation.Messages, Conversation.Options));
        }
    }

    private async ValueTask ToFirstText(IAsyncEnumerable<ChatResponseUpdate> updates)
    {
        IAsyncEnumerator<ChatResponseUpdate> stream = updates.GetAsyncEnumerator();
        _open.Add(stream);
        do
        {
            if (!await stream.MoveNextAsync())
            {
                throw new InvalidDataException("The stream ended before its first text.");
            }
        }
        while (stream.Current.Text.Length == 0);
    }
}
