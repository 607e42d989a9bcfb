using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace LlmStack.Redis.Child;

/// <summary>Four processes at one Redis, and everything that may happen to it and to them, counted against what a provider really received.</summary>
public sealed class FaultRun : IAsyncDisposable
{
    private const int Machines = 4;
    private const int Callers = 4;

    /// <summary>A call takes a few milliseconds; one that waited for Redis would take its timeout, a second, or as long as it is gone.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromMilliseconds(900);

    private readonly RedisServer _redis;
    private readonly ProviderServer _provider;
    private readonly Relay[] _relays;
    private readonly Worker[] _workers;
    private readonly List<FaultOutcome> _outcomes = [];
    private int _nextTeam;

    private FaultRun(RedisServer redis, ProviderServer provider, Relay[] relays, Worker[] workers)
    {
        _redis = redis;
        _provider = provider;
        _relays = relays;
        _workers = workers;
    }

    public IReadOnlyList<FaultOutcome> Outcomes => _outcomes;

    public static async Task<FaultRun> StartAsync()
    {
        RedisServer redis = await RedisServer.StartAsync();
        ProviderServer provider = await ProviderServer.StartAsync();
        Relay[] relays = [.. Enumerable.Range(0, Machines).Select(_ => new Relay(redis.Port))];
        Task<Worker>[] starting = [.. relays.Select((relay, i) => Worker.StartAsync(i, relay.Address, provider.Address))];
        await Task.WhenAll(starting);
        provider.Take();
        return new FaultRun(redis, provider, relays, [.. starting.Select(static worker => worker.Result)]);
    }

    /// <summary>Everything, each for so long.</summary>
    public async Task AllAsync(TimeSpan each)
    {
        await LimitAsync(each);
        await BudgetAsync(each);
        await TotalsAsync("nothing", each, static _ => Task.CompletedTask);
        await TotalsAsync("FLUSHALL", each, static run => run._redis.FlushAsync());
        await TotalsAsync("Redis stopped (SIGSTOP) for a third of the time", each, run => run.HaltRedisAsync(each / 3), breakers: Machines);
        await TotalsAsync("Redis killed, restarted empty after a third of the time", each, run => run.RestartRedisAsync(each / 3), breakers: Machines);
        await TotalsAsync("two of four machines cut off for a third of the time", each, run => run.SplitAsync(each / 3), breakers: 2);
        await TotalsAsync("a machine stopped (SIGSTOP) for a third of the time", each, run => run.HaltWorkerAsync(each / 3), stopsMachine: true);
        await KillWorkerAsync(each);
    }

    /// <summary>More is wanted than a sliding limit allows.</summary>
    public async Task LimitAsync(TimeSpan duration)
    {
        WorkerResult[] results = await CallAsync(WorkerProgram.Limited, duration);
        (TimeSpan At, int Worker)[] received = _provider.Take();
        int most = MostWithin(received, WorkerProgram.LimitWindow);

        // What one machine learns of another is two intervals old at most, and a little more on a busy machine.
        int[] each = [.. Enumerable.Range(0, Machines).Select(i => MostWithin([.. received.Where(request => request.Worker == i)], (2 * WorkerProgram.Interval) + TimeSpan.FromMilliseconds(100)))];
        int bound = each.OrderDescending().Take(Machines - 1).Sum() + (Machines * Callers);
        Add("limit of 300 requests in 5 s", received.Length, $"at most {WorkerProgram.LimitRequests + bound} in any window (limit + {bound})", $"at most {most} in any window", results, most <= WorkerProgram.LimitRequests + bound && most >= WorkerProgram.LimitRequests);
    }

    /// <summary>More is wanted than a budget has.</summary>
    public async Task BudgetAsync(TimeSpan duration)
    {
        WorkerResult[] results = await CallAsync(WorkerProgram.Poor, duration);
        (TimeSpan At, int Worker)[] received = _provider.Take();
        decimal spent = received.Length * ProviderServer.Cost;
        int[] each = [.. Enumerable.Range(0, Machines).Select(i => MostWithin([.. received.Where(request => request.Worker == i)], (2 * WorkerProgram.Interval) + TimeSpan.FromMilliseconds(100)))];
        decimal bound = (each.OrderDescending().Take(Machines - 1).Sum() + (Machines * Callers)) * ProviderServer.Cost;
        decimal told = await ToldAsync("budgets/poor/", WorkerProgram.Poor);
        bool exhausted = results.All(static result => result.Refusals > 0);
        Add("budget of 4 USD", received.Length, Invariant($"at most {WorkerProgram.PoorAmount + bound} USD, all of it told"), Invariant($"{spent} USD spent, {told} told"), results, spent <= WorkerProgram.PoorAmount + bound && told == spent && exhausted);
    }

    /// <summary>Something happens after a third of the time; in the end Redis knows exactly what the provider received.</summary>
    /// <param name="fault">What the report calls it.</param>
    /// <param name="duration">How long there are calls.</param>
    /// <param name="happen">What happens.</param>
    /// <param name="stopsMachine">Whether it stops a machine itself, so that a call there takes longer.</param>
    /// <param name="breakers">At how many machines the breaker has to open at least: after five exchanges in a row that failed, each by a refusal at once or by a second without an answer.</param>
    public async Task TotalsAsync(string fault, TimeSpan duration, Func<FaultRun, Task> happen, bool stopsMachine = false, int breakers = 0)
    {
        string team = NextTeam();
        Task<WorkerResult[]> calling = CallAsync(team, duration);
        await Task.Delay(duration / 3);
        await happen(this);
        WorkerResult[] results = await calling;
        int opened = await SettleAsync(_workers);
        decimal spent = _provider.Take().Length * ProviderServer.Cost;
        decimal told = await ToldAsync("budgets/teams/", team);
        string promised = breakers == 0 ? "" : Invariant($"; the breaker opens at {breakers} machines");
        Add(fault, (int)(spent / ProviderServer.Cost), "Redis has exactly what was received" + promised, Invariant($"{spent} USD received, {told} in Redis"), results, told == spent && opened >= breakers, opened, stopsMachine ? 1 : 0);
    }

    /// <summary>A machine that is killed has not told what it did last; what it told stays.</summary>
    public async Task KillWorkerAsync(TimeSpan duration)
    {
        string team = NextTeam();
        Worker victim = _workers[^1];
        Worker[] others = _workers[..^1];
        Task<WorkerResult[]> calling = Task.WhenAll(others.Select(worker => worker.RunAsync(team, Callers, duration)));
        Task<WorkerResult> last = victim.RunAsync(team, Callers, duration);
        await Task.Delay(duration / 3);
        await victim.KillAsync();
        WorkerResult[] results = await calling;
        try
        {
            await last;
        }
        catch (InvalidOperationException)
        {
            // It has ended in the middle of it.
        }

        int opened = await SettleAsync(others);
        (TimeSpan At, int Worker)[] received = _provider.Take();
        (TimeSpan At, int Worker)[] victims = [.. received.Where(static request => request.Worker == Machines - 1)];
        decimal spent = received.Length * ProviderServer.Cost;
        decimal told = await ToldAsync("budgets/teams/", team);

        // Untold is what it did in its last interval; told too much is what it had reserved.
        decimal bound = (victims.Length == 0 ? 0 : victims.Count(request => request.At >= victims[^1].At - (2 * WorkerProgram.Interval)) + Callers) * ProviderServer.Cost;
        Add("a machine killed (SIGKILL)", received.Length, Invariant($"Redis has what was received, up to {bound} USD of its last moment"), Invariant($"{spent} USD received, {told} in Redis"), results, Math.Abs(told - spent) <= bound, opened);
    }

    public string Report()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Four machines at one Redis\n\nMade by `dotnet run --project tests/LlmStack.Redis.Child -c Release -- --report docs/redis-faults.md`. Four processes with {Callers} callers each, ");
        text.Append(CultureInfo.InvariantCulture, $"a call of each caller every 20 ms, exchange every {WorkerProgram.Interval.TotalMilliseconds} ms; a provider on loopback counts what it receives, each request costs {ProviderServer.Cost} USD. ");
        text.Append(CultureInfo.InvariantCulture, $"Redis and every process ran on one machine with {Environment.ProcessorCount} processors that had other work to do. .NET {Environment.Version}.\n\n");
        text.Append("A machine's breaker opens when five exchanges in a row have failed, refused at once or without an answer for a second; each that opened has closed again.\n\n");
        text.Append("| what happens | requests received | promised | seen | breakers opened | longest call | kept |\n|---|---:|---|---|---:|---:|---|\n");
        foreach (FaultOutcome outcome in _outcomes)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {outcome.Fault} | {outcome.Received} | {outcome.Promised} | {outcome.Seen} | {outcome.Breakers} | {outcome.Longest.TotalMilliseconds:F0} ms | {(outcome.Holds ? "yes" : "**no**")} |\n");
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Worker worker in _workers)
        {
            await worker.DisposeAsync();
        }

        foreach (Relay relay in _relays)
        {
            await relay.DisposeAsync();
        }

        await _provider.DisposeAsync();
        await _redis.DisposeAsync();
    }

    public async Task HaltRedisAsync(TimeSpan time)
    {
        _redis.Halt();
        await Task.Delay(time);
        _redis.Resume();
    }

    public async Task RestartRedisAsync(TimeSpan time)
    {
        await _redis.KillAsync();
        await Task.Delay(time);
        await _redis.RestartAsync();
    }

    public async Task SplitAsync(TimeSpan time)
    {
        _relays[0].Cut();
        _relays[1].Cut();
        await Task.Delay(time);
        _relays[0].Mend();
        _relays[1].Mend();
    }

    public Task FlushAsync() => _redis.FlushAsync();

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private async Task HaltWorkerAsync(TimeSpan time)
    {
        _workers[0].Halt();
        await Task.Delay(time);
        _workers[0].Resume();
    }

    private Task<WorkerResult[]> CallAsync(string team, TimeSpan duration) => Task.WhenAll(_workers.Select(worker => worker.RunAsync(team, Callers, duration)));

    /// <summary>The number of machines whose breaker had opened.</summary>
    private static async Task<int> SettleAsync(IEnumerable<Worker> workers) =>
        (await Task.WhenAll(workers.Select(static worker => worker.SettleAsync()))).Count(static opened => opened > 0);

    private string NextTeam() => string.Create(CultureInfo.InvariantCulture, $"team{++_nextTeam}");

    /// <summary>What stands in Redis, read past the library.</summary>
    private async Task<decimal> ToldAsync(string rule, string team)
    {
        await using ConnectionMultiplexer redis = await _redis.ConnectAsync();
        decimal sum = 0;
        await foreach (RedisKey key in redis.GetServer(_redis.Address).KeysAsync(pattern: $"*s:{rule}*team={team}@*"))
        {
            foreach (HashEntry part in await redis.GetDatabase().HashGetAllAsync(key))
            {
                string[] words = part.Value.ToString().Split(' ');
                sum += decimal.Parse(words[5], CultureInfo.InvariantCulture) + (decimal.Parse(words[6], CultureInfo.InvariantCulture) / 1_000_000_000m);
            }
        }

        return sum;
    }

    /// <param name="fault">What happened.</param>
    /// <param name="received">Requests that the provider received.</param>
    /// <param name="promised">What was promised.</param>
    /// <param name="seen">What was seen.</param>
    /// <param name="results">What the machines did.</param>
    /// <param name="kept">Whether the promise was kept.</param>
    /// <param name="opened">Machines whose breaker opened.</param>
    /// <param name="halted">How many machines were stopped themselves, so that a call of theirs took longer.</param>
    private void Add(string fault, int received, string promised, string seen, WorkerResult[] results, bool kept, int opened = 0, int halted = 0)
    {
        TimeSpan longest = results.Select(static result => result.Longest).Order().ElementAt(results.Length - 1 - halted);
        _outcomes.Add(new FaultOutcome(fault, received, promised, seen, opened, longest, kept && longest < LongestCall && results.All(static result => result.Failures == 0)));
    }

    /// <summary>The most requests in any stretch of time of this length.</summary>
    private static int MostWithin((TimeSpan At, int Worker)[] received, TimeSpan length)
    {
        int most = 0;
        int first = 0;
        for (int i = 0; i < received.Length; i++)
        {
            while (received[i].At - received[first].At >= length)
            {
                first++;
            }

            most = Math.Max(most, i - first + 1);
        }

        return most;
    }
}
