using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Floor;
using LlmStack.Benchmarks.Rivals;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;
using OpenTelemetry.Trace;

namespace LlmStack.Benchmarks.Cpu;

/// <summary>Processor time of a chat call over real sockets with 64 calls under way.</summary>
internal static class ConcurrentChatCpu
{
    public const string Command = "cpu64";

    private const int Concurrency = 64;
    private const string Source = "cpu64";

    public static async Task<string> RunAsync(int operations, int rounds)
    {
        using ServerProcess server = ServerProcess.Start();
        var address = new Uri(server.Address, "v1/");
        using var floorHandler = new SocketsHttpHandler();
        using var sdkHandler = new SocketsHttpHandler();
        using var tracedSdkHandler = new SocketsHttpHandler();
        var floor = new FloorClient(floorHandler, address, Conversation.ApiKey);
        using LlmStackHost traced = LlmStackHost.Create(new LlmStackSetup { Address = address, Traced = true, TraceAddress = server.Address });
        using LlmStackHost compressed = LlmStackHost.Create(new LlmStackSetup { Address = address, Traced = true, TraceAddress = server.Address, Gzip = true });
        using LlmStackHost untraced = LlmStackHost.Create(new LlmStackSetup { Address = address });
        using IChatClient sdk = OpenAISdk.Chat(sdkHandler, address);
        using TracerProvider otlp = OtlpPipeline.Create(Source, static () => new SocketsHttpHandler(), server.Address);
        using IChatClient tracedSdk = OpenAISdk.TracedChat(tracedSdkHandler, Source, address);
        List<CpuCandidate> candidates =
        [
            new("Floor-B: HttpClient + source-generated JSON", count => ConcurrentlyAsync(count, async () => Check((await floor.ChatAsync(Conversation.ChatModel, Conversation.Messages, Conversation.Options)).Text))),
            new("LlmStack: routed, traced with content", count => CallsAsync(traced, count, flush: true)),
            new("LlmStack: routed, traced with content, batches compressed (default)", count => CallsAsync(compressed, count, flush: true)),
            new("LlmStack: routed", count => CallsAsync(untraced, count, flush: false)),
            new("Microsoft.Extensions.AI.OpenAI", count => CallsAsync(sdk, count)),
            new("Microsoft.Extensions.AI.OpenAI + OpenTelemetry, OTLP", async count =>
            {
                await CallsAsync(tracedSdk, count);
                otlp.ForceFlush(60_000);
            }),
        ];
        return await CpuRounds.RunAsync($"Chat call over loopback, {Concurrency} at a time", candidates, operations, rounds);
    }

    private static async Task CallsAsync(LlmStackHost host, int count, bool flush)
    {
        await ConcurrentlyAsync(count, async () => Check((await host.Client.ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options)).Text));
        if (flush)
        {
            host.Flush();
        }
    }

    private static Task CallsAsync(IChatClient client, int count) =>
        ConcurrentlyAsync(count, async () => Check((await client.GetResponseAsync(Conversation.Messages, Conversation.Options)).Text));

    private static async Task ConcurrentlyAsync(int count, Func<Task> call)
    {
        int left = count;
        var workers = new Task[Concurrency];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = WorkAsync();
        }

        await Task.WhenAll(workers);

        async Task WorkAsync()
        {
            // Workers begin off the caller's thread: otherwise the first one would run alone until its first wait.
            await Task.Yield();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await call();
            }
        }
    }

    private static void Check(string text)
    {
        if (text.Length < 500)
        {
            throw new InvalidDataException($"The answer has only {text.Length} characters.");
        }
    }
}
