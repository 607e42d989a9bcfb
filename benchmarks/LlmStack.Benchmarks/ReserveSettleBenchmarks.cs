using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using LlmStack.Limits;
using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;

namespace LlmStack.Benchmarks;

/// <summary>
/// What limits and budgets cost a call that falls under six of them: reserve in all or none, then settle with what was used. Beside it six
/// chained limiters of System.Threading.RateLimiting, which count one amount each and settle nothing: plain ones, and partitioned by key as
/// ours are. The time comes with the call, which reads it for its own duration anyway; here a microsecond passes from one to the next.
/// </summary>
[MemoryDiagnoser]
public class ReserveSettleBenchmarks
{
    private static readonly ScopeDimension[] Dimensions = [ScopeDimension.Project, ScopeDimension.Team, ScopeDimension.User, ScopeDimension.Feature];

    private readonly LlmContext _caller = new() { Project = "search", Team = "ranking", UserId = "u-4711", Feature = "answers" };
    private readonly ScopeBook _book = new(NoScopeExchange.Instance);
    private readonly ScopeList _list = new();
    private readonly ScopeReservation _reservation = new();
    private readonly List<ScopeRule> _rules = [];
    private RateLimiter _chained = null!;
    private PartitionedRateLimiter<LlmContext> _byKey = null!;
    private readonly SteppedClock _steps = new();
    private readonly WallClock _clock;
    private ScopeEntry[] _found = [];

    public ReserveSettleBenchmarks() => _clock = new WallClock(_steps);

    [GlobalSetup]
    public void Setup()
    {
        _chained = RateLimiter.CreateChained([.. Enumerable.Range(0, 6).Select(static _ => Limiter())]);
        _byKey = PartitionedRateLimiter.CreateChained(
        [
            Partitioned(static context => context.Project!),
            Partitioned(static context => context.Team!),
            Partitioned(static context => context.UserId!),
            Partitioned(static context => context.Feature!),
            Partitioned(static context => context.Team!),
            Partitioned(static _ => ""),
        ]);
        foreach (ScopeDimension dimension in Dimensions)
        {
            var pattern = new ScopePattern([(dimension, ScopePattern.Each)]);
            var table = new ScopeTable("limits", pattern, (table, key) => new LimitCounter(table, key, TimeSpan.FromMinutes(1), 0, _steps));
            _rules.Add(new LimitRule("limit", pattern, table) { TotalTokens = 1_000_000_000_000, OutputTokens = 1_000_000_000_000 });
        }

        foreach (ScopePattern pattern in (ScopePattern[])[new([(ScopeDimension.Team, ScopePattern.Each)]), new([])])
        {
            var table = new ScopeTable("budgets", pattern, (table, key) => new BudgetCounter(table, key, TimeSpan.FromDays(31), isRolling: false, _steps));
            _rules.Add(new BudgetRule("budget", pattern, table) { Amount = Money.FromDollars(Money.Most), Calendar = new CalendarPeriods(BudgetPeriod.Month, TimeZoneInfo.Utc) });
        }

        Find();
        _found = _list.Entries.ToArray();
        if (_found.Length != 6 || !ReserveAndSettle() || !FindReserveAndSettle() || !Chained() || !ChainedByKey())
        {
            throw new InvalidDataException("There was meant to be room under six limits.");
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _chained.Dispose();
        _byKey.Dispose();
    }

    [Benchmark(Baseline = true, Description = "six chained limiters")]
    public bool Chained()
    {
        using RateLimitLease lease = _chained.AttemptAcquire();
        return lease.IsAcquired;
    }

    [Benchmark(Description = "six chained limiters, partitioned by key")]
    public bool ChainedByKey()
    {
        using RateLimitLease lease = _byKey.AttemptAcquire(_caller);
        return lease.IsAcquired;
    }

    [Benchmark(Description = "LlmStack: reserve and settle")]
    public bool ReserveAndSettle()
    {
        _reservation.Clear();
        _reservation.Add(_found);

        return Run();
    }

    [Benchmark(Description = "LlmStack: find by key, reserve and settle")]
    public bool FindReserveAndSettle()
    {
        Find();
        _reservation.Clear();
        _reservation.Add(_list.Entries);

        return Run();
    }

    private static SlidingWindowRateLimiter Limiter() => new(new SlidingWindowRateLimiterOptions
    {
        PermitLimit = int.MaxValue,
        QueueLimit = 0,
        Window = TimeSpan.FromMinutes(1),
        SegmentsPerWindow = 60,
        AutoReplenishment = false,
    });

    private static PartitionedRateLimiter<LlmContext> Partitioned(Func<LlmContext, string> key) =>
        PartitionedRateLimiter.Create<LlmContext, string>(context => RateLimitPartition.Get(key(context), static _ => (RateLimiter)Limiter()), StringComparer.Ordinal);

    private void Find()
    {
        _list.Clear();
        foreach (ScopeRule rule in _rules)
        {
            rule.Collect(_caller, null, _list);
        }
    }

    private bool Run()
    {
        long now = _steps.Step();
        var demand = new ScopeDemand
        {
            Now = now,
            UtcTicks = _clock.At(now),
            InputTokens = 1_200,
            OutputTokens = 300,
            Cost = 4_000_000,
            Context = _caller,
        };
        bool reserved = _book.TryReserve(_reservation, demand, ScopePart.Attempt, out _);
        _book.Settle(_reservation, new ScopeOutcome { Sent = true, InputTokens = 1_180, OutputTokens = 171, Cost = 3_100_000 });
        return reserved;
    }

    /// <summary>A microsecond is a tick of it.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private readonly DateTimeOffset _start = System.GetUtcNow();
        private long _now;

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => _now;

        public override DateTimeOffset GetUtcNow() => _start.AddMicroseconds(_now);

        public long Step() => ++_now;
    }
}
