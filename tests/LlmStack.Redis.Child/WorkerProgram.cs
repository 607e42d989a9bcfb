using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Redis.Child;

/// <summary>One machine: a process with a client, told over its input what to do.</summary>
internal static class WorkerProgram
{
    public const string Switch = "worker";

    /// <summary>Teams with a limit of 300 requests in 5 s, and with a budget of 4 US dollars; others have one of 1,000.</summary>
    public const string Limited = "limited";

    public const int LimitRequests = 300;

    public const string Poor = "poor";

    public const decimal PoorAmount = 4;

    public static readonly TimeSpan LimitWindow = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(int number, string redis, string provider)
    {
        var services = new ServiceCollection();
        services.AddLlmStack(llm => llm
            .AddProvider("a", p =>
            {
                p.Options.Type = "openai";
                p.Options.Endpoint = provider + "v1/";
                p.Options.ApiKey = ProviderServer.KeyPrefix + number.ToString(CultureInfo.InvariantCulture);
            })
            .AddModelGroup("fast", static g => g.AddDeployment("a/m", static d => d.Price = new ModelPrice { InputPerMillion = 10, OutputPerMillion = 20 }))
            .AddLimit("pace", static l =>
            {
                l.Scope.Team = Limited;
                l.Requests = LimitRequests;
                l.Window = LimitWindow;
            })
            .AddBudget("poor", static b =>
            {
                b.Scope.Team = Poor;
                b.Amount = PoorAmount;
            })
            .AddBudget("teams", static b =>
            {
                b.Scope.Team = "*";
                b.Amount = 1_000;
            })
            .UseRedis(redis, static o => o.Interval = Interval));
        await using ServiceProvider built = services.BuildServiceProvider();
        ILlmClient client = built.GetRequiredService<ILlmClient>();
        RedisExchange exchange = built.GetRequiredService<RedisExchange>();
        using var breaker = new BreakerCount();
        using IDisposable watched = built.GetRequiredService<ILlmEvents>().Subscribe(breaker);
        exchange.Start();

        // The first call of a process compiles everything: not what is measured.
        await client.ChatAsync("fast", "Hello");
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "run":
                    Console.WriteLine(await CallAsync(client, words[1], int.Parse(words[2], CultureInfo.InvariantCulture), TimeSpan.FromSeconds(double.Parse(words[3], CultureInfo.InvariantCulture))));
                    break;
                case "settle":
                    // Once to tell, and once more for a Redis that had forgotten.
                    await SettleAsync(exchange);
                    await SettleAsync(exchange);
                    int opened = await breaker.TakeAsync();
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"settled {opened}"));
                    break;
                default:
                    throw new InvalidOperationException($"Unknown command '{line}'.");
            }
        }
    }

    /// <summary>One exchange that Redis took; the driver may still be connecting again.</summary>
    private static async Task SettleAsync(RedisExchange exchange)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await exchange.ExchangeAsync(CancellationToken.None);
                return;
            }
            catch (Exception) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(Interval);
            }
        }
    }

    /// <summary>Calls at a steady pace of each caller, and reports calls, answers, refusals, other failures and the longest call in milliseconds.</summary>
    private static async Task<string> CallAsync(ILlmClient client, string team, int callers, TimeSpan duration)
    {
        int answers = 0;
        int refusals = 0;
        int failures = 0;
        long longest = 0;
        long started = Stopwatch.GetTimestamp();
        using IDisposable pushed = LlmContext.Push(new LlmContext { Team = team });
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => CallerAsync()));
        return string.Create(CultureInfo.InvariantCulture, $"did {answers} {refusals} {failures} {TimeSpan.FromSeconds((double)longest / Stopwatch.Frequency).TotalMilliseconds:F0}");

        async Task CallerAsync()
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (Stopwatch.GetElapsedTime(started) < duration && await pace.WaitForNextTickAsync())
            {
                long began = Stopwatch.GetTimestamp();
                try
                {
                    await client.ChatAsync("fast", "Hello");
                    Interlocked.Increment(ref answers);
                }
                catch (LlmException refused) when (refused.Kind is LlmErrorKind.LimitExceeded or LlmErrorKind.BudgetExceeded)
                {
                    Interlocked.Increment(ref refusals);
                }
                catch (LlmException failed)
                {
                    Interlocked.Increment(ref failures);
                    await Console.Error.WriteLineAsync(failed.Message);
                }

                long took = Stopwatch.GetTimestamp() - began;
                long before;
                while (took > (before = Volatile.Read(ref longest)) && Interlocked.CompareExchange(ref longest, took, before) != before)
                {
                }
            }
        }
    }
}
