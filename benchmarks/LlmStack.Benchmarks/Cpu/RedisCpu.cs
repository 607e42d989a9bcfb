using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Subjects;

namespace LlmStack.Benchmarks.Cpu;

/// <summary>Processor time of a routed call under three limits and a budget, shared through a real Redis and not, the exchanging thread included.</summary>
internal static class RedisCpu
{
    public const string Command = "cpu-redis";

    private const int Concurrency = 64;
    private const string Server = "redis-server";

    public static async Task<string> RunAsync(int operations, int rounds)
    {
        using ServerProcess server = ServerProcess.Start();
        var address = new Uri(server.Address, "v1/");
        int port = FreePort();
        using Process redis = StartRedis(port);
        try
        {
            var alone = new LlmStackSetup { Address = address, Groups = Configure };
            var shared = new LlmStackSetup
            {
                Address = address,
                Groups = llm =>
                {
                    Configure(llm);
                    llm.UseRedis(FormattableString.Invariant($"127.0.0.1:{port}"));
                },
            };
            List<CpuCandidate> candidates =
            [
                new("routed, three limits and a budget", count => CallsAsync(alone, count)),
                new("the same, shared through Redis", count => CallsAsync(shared, count)),
            ];
            return await CpuRounds.RunAsync($"Chat call over loopback, {Concurrency} at a time, with and without Redis", candidates, operations, rounds);
        }
        finally
        {
            redis.Kill();
            await redis.WaitForExitAsync();
        }
    }

    private static void Configure(ILlmStackBuilder llm)
    {
        llm.AddModelGroup(LlmStackHost.ChatGroup, static group => group.AddDeployment($"{LlmStackHost.Provider}/{Conversation.ChatModel}"));
        llm.AddLimit("all", static l => l.Requests = 1_000_000_000);
        llm.AddLimit("team", static l =>
        {
            l.Scope.Team = "*";
            l.TotalTokens = 1_000_000_000_000;
        });
        llm.AddLimit("user", static l =>
        {
            l.Scope.User = "*";
            l.ConcurrentCalls = 1_000;
        });
        llm.AddBudget("team", static b =>
        {
            b.Scope.Team = "*";
            b.Amount = 100_000_000;
        });
    }

    /// <summary>Each round has a client of its own: while the other's rounds are measured, nothing is exchanged.</summary>
    private static async Task CallsAsync(LlmStackSetup setup, int count)
    {
        using LlmStackHost host = LlmStackHost.Create(setup);
        int left = count;
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(WorkAsync));

        async Task WorkAsync(int worker)
        {
            // Workers begin off the caller's thread: otherwise the first one would run alone until its first wait.
            await Task.Yield();
            using IDisposable pushed = LlmContext.Push(new LlmContext { Team = $"team {worker % 4}", UserId = $"user {worker}" });
            while (Interlocked.Decrement(ref left) >= 0)
            {
                string text = (await host.Client.ChatAsync(LlmStackHost.ChatGroup, Conversation.Messages, Conversation.Options)).Text;
                if (text.Length < 500)
                {
                    throw new InvalidDataException($"The answer has only {text.Length} characters.");
                }
            }
        }
    }

    private static Process StartRedis(int port)
    {
        var start = new ProcessStartInfo(Server) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (string argument in (string[])["--port", FormattableString.Invariant($"{port}"), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{Server} did not start.");
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                // It must not stop because nobody reads what it says.
                _ = process.StandardOutput.ReadToEndAsync();
                return process;
            }
        }

        process.Dispose();
        throw new InvalidOperationException($"{Server} ended before it was ready.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
