using CsCheck;
using LlmStack.Limits.Ledger;

namespace LlmStack.Tests.Limits;

public sealed class MemoryLedgerTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 30, 22, 30, 0, TimeSpan.Zero);

    private static LedgerScope Scope(string? team = null, string? user = null, params string[] tags)
    {
        var scope = new LedgerScope { Tags = tags };
        scope[LedgerDimension.Team] = team;
        scope[LedgerDimension.User] = user;
        return scope;
    }

    private static LedgerTotals Cost(decimal cost) => new() { Attempts = 1, Spent = cost };

    private static async Task<LedgerReport> ReadAsync(MemoryLedger ledger, LedgerQuery query) => await ledger.QueryAsync(query, default);

    [Theory]
    [InlineData(LedgerInterval.None, new string?[] { null })]
    [InlineData(LedgerInterval.Hour, new[] { "2026-11-30T22:00", "2026-11-30T23:00", "2026-12-01T00:00" })]
    [InlineData(LedgerInterval.Day, new[] { "2026-11-30T00:00", "2026-12-01T00:00" })]
    [InlineData(LedgerInterval.Month, new[] { "2026-11-01T00:00", "2026-12-01T00:00" })]
    public async Task Rows_are_cut_by_time(LedgerInterval interval, string?[] starts)
    {
        var ledger = new MemoryLedger(1_000);
        for (int hour = 0; hour < 3; hour++)
        {
            ledger.Add(0, Start.AddHours(hour).UtcTicks, Scope("a"), Cost(1));
        }

        LedgerReport report = await ReadAsync(ledger, new LedgerQuery { Interval = interval });
        Assert.Equal(starts, report.Rows.Select(static row => row.Start?.ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(3, report.Total.Cost);
    }

    [Fact]
    public async Task A_range_holds_whole_hours_the_end_left_out()
    {
        var ledger = new MemoryLedger(1_000);
        for (int hour = 0; hour < 5; hour++)
        {
            ledger.Add(0, Start.AddHours(hour).UtcTicks, Scope("a"), Cost(1 << hour));
        }

        DateTimeOffset top = Start.AddMinutes(-30);
        Assert.Equal(2 + 4, (await ReadAsync(ledger, new LedgerQuery { From = top.AddHours(1), To = top.AddHours(3) })).Total.Cost);
        Assert.Equal(2 + 4, (await ReadAsync(ledger, new LedgerQuery { From = top.AddHours(1.9), To = top.AddHours(3) })).Total.Cost);
    }

    [Fact]
    public async Task Rows_come_dearest_first_and_a_tag_counts_in_each_of_its_rows()
    {
        var ledger = new MemoryLedger(1_000);
        ledger.Add(0, Start.UtcTicks, Scope("a", null, "x", "y"), Cost(1));
        ledger.Add(0, Start.UtcTicks, Scope("b", null, "y"), Cost(2));
        ledger.Add(0, Start.UtcTicks, Scope("c"), Cost(0.5m));

        LedgerReport report = await ReadAsync(ledger, new LedgerQuery { GroupBy = [LedgerDimension.Tag] });
        Assert.Equal([("y", 3m), ("x", 1m), (null, 0.5m)], report.Rows.Select(static row => (row.Values[0], row.Totals.Cost!.Value)));
        Assert.Equal(3.5m, report.Total.Cost);
        Assert.Equal(["b", "a"], (await ReadAsync(ledger, new LedgerQuery { GroupBy = [LedgerDimension.Team], Where = { [LedgerDimension.Tag] = "y" } })).Rows.Select(static row => row.Values[0]));
        Assert.Equal(["c"], (await ReadAsync(ledger, new LedgerQuery { GroupBy = [LedgerDimension.Team], Where = { [LedgerDimension.Tag] = null } })).Rows.Select(static row => row.Values[0]));
        Assert.Equal(2, (await ReadAsync(ledger, new LedgerQuery { Where = { [LedgerDimension.Team] = "b" } })).Total.Cost);
    }

    [Fact]
    public async Task What_does_not_fit_is_merged_oldest_first_and_recent_rows_stay_whole()
    {
        var ledger = new MemoryLedger(1_000);
        for (int i = 0; i < 3_000; i++)
        {
            ledger.Add(0, Start.AddHours(i / 10).UtcTicks, Scope("team-" + (i % 3), "user-" + i, "tag-" + i), Cost(1));
        }

        Assert.InRange(ledger.Count, 1, 1_000);
        LedgerReport teams = await ReadAsync(ledger, new LedgerQuery { GroupBy = [LedgerDimension.Team] });
        Assert.Equal([("team-0", 1_000m), ("team-1", 1_000m), ("team-2", 1_000m)], teams.Rows.Select(static row => (row.Values[0]!, row.Totals.Cost!.Value)));
        LedgerReport users = await ReadAsync(ledger, new LedgerQuery { GroupBy = [LedgerDimension.User] });
        Assert.Equal(MemoryLedger.Merged, users.Rows[0].Values[0]);
        Assert.Contains(users.Rows, static row => row.Values[0] == "user-2999");
        Assert.DoesNotContain(users.Rows, static row => row.Values[0] == "user-0");
        Assert.Equal(3_000, users.Total.Attempts);
    }

    [Fact]
    public void Whatever_comes_nothing_is_lost_and_the_room_is_kept() =>
        Gen.Select(Gen.Int[0, 5_000], Gen.Int[0, 300], Gen.Int[0, 40], Gen.Int[0, 5]).Array[1, 3_000].Sample(
            lines =>
            {
                var ledger = new MemoryLedger(1_000);
                foreach ((int hour, int user, int tag, int team) in lines)
                {
                    ledger.Add(0, Start.AddHours(hour).UtcTicks, Scope("t" + team, "u" + user, "g" + tag), Cost(team + 0.001m));
                    Assert.InRange(ledger.Count, 1, 1_000);
                }

                LedgerReport report = ledger.QueryAsync(new LedgerQuery { GroupBy = [LedgerDimension.Team], Interval = LedgerInterval.Day }, default).AsTask().Result;
                Assert.Equal(lines.Length, report.Total.Attempts);
                Assert.Equal(lines.Sum(static line => line.Item4 + 0.001m), report.Total.Cost);
                Assert.Equal(report.Total.Cost, report.Rows.Sum(static row => row.Totals.Cost));
            },
            iter: 20);

    [Fact]
    public async Task Days_and_all_go_into_one_row_when_even_the_teams_are_too_many()
    {
        var ledger = new MemoryLedger(1_000);
        for (int i = 0; i < 4_000; i++)
        {
            ledger.Add(0, Start.AddDays(i).UtcTicks, Scope("team-" + i), Cost(1));
        }

        Assert.InRange(ledger.Count, 1, 1_000);
        Assert.Equal(4_000, (await ReadAsync(ledger, new LedgerQuery())).Total.Cost);
    }

    [Theory]
    [InlineData("GroupBy has Team twice; allowed: each dimension once.")]
    [InlineData("GroupBy has the dimension 99; allowed: Provider, Model,")]
    [InlineData("From is 2026-11-30T22:30:00.0000000+00:00 and To is 2026-11-30T22:30:00.0000000+00:00; allowed: a To after From.")]
    [InlineData("Interval is 9; allowed: None, Hour, Day, Month.")]
    public async Task A_question_that_contradicts_itself_is_refused_in_words(string message)
    {
        LedgerQuery query = message[..9] switch
        {
            "GroupBy h" when message.Contains("twice", StringComparison.Ordinal) => new() { GroupBy = [LedgerDimension.Team, LedgerDimension.Team] },
            "GroupBy h" => new() { GroupBy = [(LedgerDimension)99] },
            "Interval " => new() { Interval = (LedgerInterval)9 },
            _ => new() { From = Start, To = Start },
        };
        var ledger = new UsageLedger(new MemoryLedger(1_000));
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(async () => await ledger.QueryAsync(query));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writers_on_many_threads_lose_nothing_when_the_queue_is_full()
    {
        var ledger = new UsageLedger(new MemoryLedger(1_000));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 5_000; i++)
            {
                ledger.Record(new LedgerRecord
                {
                    Kind = LedgerRecordKind.Billed,
                    At = Start.UtcTicks,
                    Provider = "p",
                    Model = "m",
                    Deployment = "d",
                    Group = "g",
                    Operation = "chat",
                    Context = new LlmContext { Team = "t" + thread },
                });
            }
        })));
        LedgerReport report = await ledger.QueryAsync(new LedgerQuery { GroupBy = [LedgerDimension.Team] });
        Assert.Equal(Enumerable.Repeat(5_000L, 8), report.Rows.Select(static row => row.Totals.Attempts));
    }
}
