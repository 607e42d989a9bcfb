using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace LlmStack.FaultRuns;

/// <summary>
/// The same calls before a trace endpoint that takes everything and before one where nobody listens, by turns. The live endpoint is a process of
/// its own, so that its work is not counted here.
/// </summary>
internal static class DeadAgainstLive
{
    private const int CallsInRound = 2_000;
    private const int WarmUp = 12;
    private static readonly ChatMessage[] Messages = [new(ChatRole.System, "You answer briefly."), new(ChatRole.User, new string('q', 600))];

    public static async Task<DeadAgainstLiveResult> RunAsync(int rounds, string? spoolDirectory)
    {
        using var server = ReceiverProcess.Start();
        using var nobody = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        nobody.Start();
        int deadPort = ((System.Net.IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        await using LlmStackInstance live = Create(server.Url, spoolDirectory is null ? null : Path.Combine(spoolDirectory, "live"));
        await using LlmStackInstance dead = Create($"http://127.0.0.1:{deadPort}", spoolDirectory is null ? null : Path.Combine(spoolDirectory, "dead"));
        List<Round> lives = [];
        List<Round> deads = [];

        // A thread of its own: the canned provider answers at once, so every call begins and ends on it.
        await Task.Factory.StartNew(() => Compare(live.Client, dead.Client, rounds, lives, deads), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return new DeadAgainstLiveResult(rounds * CallsInRound, rounds, Summary(lives), Summary(deads));
    }

    private static void Compare(ILlmClient live, ILlmClient dead, int rounds, List<Round> lives, List<Round> deads)
    {
        for (int i = 0; i < WarmUp; i++)
        {
            RunRound(live);
            RunRound(dead);
        }

        for (int i = 0; i < rounds; i++)
        {
            // By turns who comes first.
            if (i % 2 == 0)
            {
                lives.Add(RunRound(live));
                deads.Add(RunRound(dead));
            }
            else
            {
                deads.Add(RunRound(dead));
                lives.Add(RunRound(live));
            }
        }
    }

    private static LlmStackInstance Create(string url, string? spool) => LlmClientFactory.Create(llm => llm
        .AddProvider("canned", static provider => provider.UseChatClient(static _ => new CannedClient()))
        .AddModelGroup("fast", static group => group.AddDeployment("canned/canned"))
        .AddLangfuse(langfuse =>
        {
            langfuse.BaseUrl = url;
            langfuse.PublicKey = "pk-lf-faults";
            langfuse.SecretKey = "sk-lf-faults";
            langfuse.ShutdownTimeout = TimeSpan.FromSeconds(1);
            langfuse.Spool.Directory = spool;
        }));

    private static Round RunRound(ILlmClient client)
    {
        long[] ticks = new long[CallsInRound];
        TimeSpan? callerCpu = ThreadTime.Current;
        long callerAllocated = GC.GetAllocatedBytesForCurrentThread();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < CallsInRound; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Task<ChatResponse> call = client.ChatAsync("fast", Messages);
            if (!call.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("A call went on elsewhere or failed: what this thread costs is not what it costs.");
            }

            ticks[i] = Stopwatch.GetTimestamp() - start;
        }

        long callerBytes = (GC.GetAllocatedBytesForCurrentThread() - callerAllocated) / CallsInRound;
        double? callerMicroseconds = (ThreadTime.Current - callerCpu)?.TotalMicroseconds / CallsInRound;

        // What the round left to the sending loop and to the spool's thread is its own, not the next one's.
        Thread.Sleep(20);
        double microseconds = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / CallsInRound;
        long bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / CallsInRound;
        Array.Sort(ticks);
        return new Round(microseconds, callerMicroseconds, bytes, callerBytes, Stopwatch.GetElapsedTime(0, ticks[CallsInRound / 2]).TotalMicroseconds, Stopwatch.GetElapsedTime(0, ticks[CallsInRound * 99 / 100]).TotalMicroseconds);
    }

    private static Round Summary(List<Round> rounds) => new(
        Median(rounds, static round => round.CpuMicroseconds),
        rounds[0].CallerCpuMicroseconds is null ? null : Median(rounds, static round => round.CallerCpuMicroseconds!.Value),
        (long)Median(rounds, static round => round.AllocatedBytes),
        (long)Median(rounds, static round => round.CallerAllocatedBytes),
        Median(rounds, static round => round.MedianMicroseconds),
        Median(rounds, static round => round.P99Microseconds));

    private static double Median(List<Round> rounds, Func<Round, double> value)
    {
        double[] values = [.. rounds.Select(value).Order()];
        return values[values.Length / 2];
    }
}
