using LlmStack.Limits.Ledger;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Limits;

/// <summary>What calls leave in the ledger: every billed attempt once, and together what the responses say.</summary>
public sealed class LedgerCallTests
{
    private static readonly ModelPrice Price = new() { InputPerMillion = 3, OutputPerMillion = 15, CacheReadPerMillion = 0.3m, CacheWritePerMillion = 3.75m, CacheWrite1hPerMillion = 6, Version = "v1" };
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private static CallHarness Pair(Action<ModelGroupOptions>? configure = null) => new(
        llm => llm.AddModelGroup("fast", g => g
            .AddDeployment("a/m", d => { d.Order = 0; d.Price = Price; })
            .AddDeployment("b/m", d => { d.Order = 1; d.Price = Price; })
            .Configure(o => configure?.Invoke(o))),
        "a",
        "b");

    private static ValueTask<LedgerReport> ReadAsync(CallHarness h, params LedgerDimension[] by) => h.Get<IUsageLedger>().QueryAsync(new LedgerQuery { GroupBy = by });

    [Fact]
    public async Task A_call_is_a_line_under_everything_that_is_known_of_it()
    {
        using CallHarness h = Pair();
        h["a"].OnOtherCalls.Answer("x").Usage(1_000, 100, cachedInput: 400, reasoning: 30);
        LlmContext context = new() { UserId = "u-1", Team = "search", Project = "site", Key = "k-1", Feature = "answer", Experiment = "e", Tags = ["geo", "beta"] };
        ChatResponse response;
        using (LlmContext.Push(context))
        {
            response = await h.Client.ChatAsync("fast", "Hello");
        }

        LedgerDimension[] all = Enum.GetValues<LedgerDimension>();
        LedgerReport report = await ReadAsync(h, all);

        Assert.Equal(
            [["a", "m", "a/m", "fast", "chat", "k-1", "u-1", "search", "site", "answer", "e", "v1", "beta"], ["a", "m", "a/m", "fast", "chat", "k-1", "u-1", "search", "site", "answer", "e", "v1", "geo"]],
            report.Rows.Select(static row => row.Values));
        Assert.Equal("search", report.Rows[0][LedgerDimension.Team]);
        LedgerTotals total = report.Total;
        Assert.Equal((1, 0, 0, 0, 0, 0), (total.Attempts, total.Failed, total.Cancelled, total.MayHaveBeenBilled, total.Estimated, total.Unpriced));
        Assert.Equal((1_000, 400, 100, 30), (total.InputTokens, total.CachedInputTokens, total.OutputTokens, total.ReasoningTokens));
        Assert.Equal(new Dictionary<string, long> { ["input"] = 600, ["input_cached_tokens"] = 400, ["output"] = 70, ["output_reasoning_tokens"] = 30, ["request"] = 1 }, total.GetUsage());
        Assert.Equal(response.GetRoute()!.Cost.Total, total.Cost);
        Assert.Equal(total.Cost, total.ComputedCost);
        Assert.Equal(400 * (3m - 0.3m) / 1_000_000, total.CacheSavings);
        Assert.Throws<ArgumentException>(() => new LedgerRow([LedgerDimension.Team], null, ["x"], total)[LedgerDimension.User]);
    }

    [Fact]
    public async Task What_the_cache_saved_and_what_writing_to_it_cost_are_on_the_bill()
    {
        using CallHarness h = Pair();
        var usage = new UsageDetails { InputTokenCount = 10_000, CachedInputTokenCount = 4_000, OutputTokenCount = 10, AdditionalCounts = new() { ["input_cache_creation"] = 3_000, ["input_cache_creation_1h"] = 1_000 } };
        h["a"].OnCall(1).Throw(new LlmException(LlmErrorKind.InvalidResponse, "unreadable") { StatusCode = 200, Usage = usage });

        await h.Client.ChatAsync("fast", "Hello");

        LedgerTotals total = (await h.Get<IUsageLedger>().QueryAsync(new LedgerQuery { Where = { [LedgerDimension.Group] = "fast", [LedgerDimension.Deployment] = "a/m" } })).Total;
        Assert.Equal((1, 1), (total.Attempts, total.Failed));
        Assert.Equal(3_000, total.CacheWriteTokens);
        Assert.Equal(4_000 * 2.7m / 1_000_000, total.CacheSavings);
        Assert.Equal(((2_000 * 0.75m) + (1_000 * 3m)) / 1_000_000, total.CacheSurcharge);
    }

    [Fact]
    public async Task Refused_attempts_are_no_lines_and_unknown_prices_are_counted_not_billed()
    {
        using var h = new CallHarness(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Price = Price).AddDeployment("b/nobody-knows", d => d.Order = 1)), "a", "b");
        h["a"].OnOtherCalls.RateLimited();
        h["b"].OnOtherCalls.Answer("x").Usage(5, 1);

        await h.Client.ChatAsync("fast", "Hello");

        LedgerReport report = await ReadAsync(h, LedgerDimension.Provider);
        LedgerRow row = Assert.Single(report.Rows);
        Assert.Equal(("b", 1, 1, 5), (row.Values[0], row.Totals.Attempts, row.Totals.Unpriced, row.Totals.InputTokens));
        Assert.Null(row.Totals.Cost);
        Assert.Null(report.Total.Cost);
    }

    [Fact]
    public async Task A_hedge_and_its_loser_are_both_lines_and_together_the_cost_of_the_call()
    {
        using CallHarness h = Pair(o => o.Hedging = new HedgingOptions { Delay = TimeSpan.FromSeconds(1), MaxShare = 1 });
        h["a"].OnOtherCalls.StallAfter(0);
        h["b"].OnOtherCalls.Answer("quick").Usage(3, 1);

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        LedgerTotals total = (await ReadAsync(h)).Total;
        Assert.Equal((2, 1, 0, 1, 1), (total.Attempts, total.Cancelled, total.Failed, total.MayHaveBeenBilled, total.Estimated));
        Assert.Equal(response.GetRoute()!.Cost.Total, total.Cost);
    }

    [Fact]
    public async Task A_mirror_is_a_line_of_its_own_experiment()
    {
        using var h = new CallHarness(
            llm => llm
                .AddModelGroup("live", g => g.AddDeployment("a/m", d => d.Price = Price).Configure(o => o.Mirror = new MirrorOptions { Group = "shadow", SampleRate = 1 }))
                .AddModelGroup("shadow", g => g.AddDeployment("b/m", d => d.Price = Price)),
            "a",
            "b");
        h["a"].OnOtherCalls.Usage(10, 1);
        h["b"].OnOtherCalls.Usage(20, 2);

        ChatResponse response = await h.Client.ChatAsync("live", "Hello");
        await h["b"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        await h.Get<LlmStack.Calls.Plans.BackgroundCalls>().DrainAsync();

        LedgerReport report = await ReadAsync(h, LedgerDimension.Experiment);
        Assert.Equal(["mirror:shadow", null], report.Rows.Select(static row => row.Values[0]));
        Assert.Equal(response.GetRoute()!.Cost.Total, report.Rows[1].Totals.Cost);
    }

    [Fact]
    public async Task A_judge_is_on_the_ledger_once_though_it_is_on_the_route_of_two_calls()
    {
        using var h = new CallHarness(
            llm => llm
                .AddModelGroup("cheap", g => g.AddDeployment("a/m", d => d.Price = Price).Configure(o => o.Cascade = new CascadeOptions { EscalateTo = "good", Judge = "judge" }))
                .AddModelGroup("good", g => g.AddDeployment("b/m", d => d.Price = Price))
                .AddModelGroup("judge", g => g.AddDeployment("c/m", d => d.Price = Price)),
            "a",
            "b",
            "c");
        h["a"].OnOtherCalls.Answer("short").Usage(3, 1);
        h["b"].OnOtherCalls.Answer("long").Usage(5, 3);
        h["c"].OnOtherCalls.Answer("no").Usage(7, 1);

        ChatResponse response = await h.Client.ChatAsync("cheap", "Hello");

        LedgerReport report = await ReadAsync(h, LedgerDimension.Group);
        Assert.Equal(["cheap", "good", "judge"], report.Rows.Select(static row => row.Values[0]!).Order(StringComparer.Ordinal));
        Assert.Equal((3, response.GetRoute()!.Cost.Total), (report.Total.Attempts, report.Total.Cost));
    }

    [Fact]
    public async Task A_stream_cut_and_continued_and_one_that_was_left_are_billed_as_their_routes_say()
    {
        using CallHarness h = Pair(o => o.Policy = new CallPolicyOptions { OnStreamLost = StreamLossBehavior.Continue });
        h["a"].OnCall(1).Stream("one ", "two ", "three").CutAfter(2);
        h["b"].OnCall(1).Stream("three").Usage(9, 1);
        h["a"].OnCall(2).Stream("four", "five").StallAfter(1);
        await h.StreamAsync("fast");
        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
        {
            if (update.Text.Length > 0)
            {
                break;
            }
        }

        LedgerTotals total = (await ReadAsync(h)).Total;
        Assert.Equal((3, 1, 1), (total.Attempts, total.Failed, total.Cancelled));
        Assert.Equal(h.Router.GetRecentCalls().Sum(static route => route.Cost.Total), total.Cost);
    }

    /// <summary>The invariant of the whole room, under load: retries, fallbacks, cut and abandoned streams, failures, embeddings, several threads.</summary>
    [Fact]
    public async Task Under_parallel_load_the_sum_of_the_ledger_is_the_sum_of_the_routes()
    {
        using var h = new CallHarness(
            llm => llm.Configure(static o => o.RecentCalls = 10_000).AddModelGroup("fast", g => g
                .AddDeployment("a/m", d => { d.Order = 0; d.Price = Price; })
                .AddDeployment("b/m", d => { d.Order = 1; d.Price = Price; })
                .Configure(static o => o.Policy = new CallPolicyOptions { MaxRetryWait = TimeSpan.Zero, CooldownEnabled = false })),
            "a",
            "b");
        h["a"].OnOtherCalls.Answer("answer").Usage(1_234, 56, cachedInput: 1_000);
        h["b"].OnOtherCalls.Answer("other").Usage(4_321, 65);
        for (int i = 1; i <= 4_000; i++)
        {
            switch (i % 7)
            {
                case 1:
                    h["a"].OnCall(i).Throw(LlmErrorKind.ServerError, statusCode: 500);
                    break;
                case 2:
                    h["a"].OnCall(i).Stream("p", "q", "r").CutAfter(2);
                    break;
                case 3:
                    h["a"].OnCall(i).Throw(new LlmException(LlmErrorKind.InvalidResponse, "unreadable") { StatusCode = 200, Usage = new UsageDetails { InputTokenCount = 11, OutputTokenCount = i } });
                    break;
                default:
                    break;
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (int i = 0; i < 250; i++)
            {
                using IDisposable pushed = LlmContext.Push(new LlmContext { Team = "t" + (worker % 3) });
                try
                {
                    if (i % 2 == 0)
                    {
                        await h.Client.ChatAsync("fast", "Hello");
                        continue;
                    }

                    await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
                    {
                        if (i % 5 == 0 && update.Text.Length > 0)
                        {
                            break;
                        }
                    }
                }
                catch (LlmException)
                {
                }
            }
        })));

        IReadOnlyList<CallRoute> routes = h.Router.GetRecentCalls();
        Assert.Equal(2_000, routes.Count);
        LedgerReport report = await ReadAsync(h, LedgerDimension.Team);
        Assert.Equal(3, report.Rows.Count);
        Assert.Equal(routes.SelectMany(static route => route.Attempts).Count(static a => a.IsBilled), report.Total.Attempts);
        Assert.Equal(routes.Sum(static route => route.Attempts.Sum(static a => a.Cost?.Total ?? 0)), report.Total.Cost);
        Assert.Equal(routes.Sum(static route => route.Cost.Total ?? 0), report.Total.Cost);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_ledger_that_is_off_records_nothing()
    {
        using var h = new CallHarness(llm => llm.Configure(static o => o.Ledger.Enabled = false), "a");
        await h.Client.ChatAsync("a/m", "Hello");
        LedgerReport report = await ReadAsync(h);
        Assert.Empty(report.Rows);
        Assert.Equal(0, report.Total.Attempts);
        Assert.Equal(0, report.Total.Cost);
    }

    [Fact]
    public async Task Recording_allocates_nothing_on_the_call_path()
    {
        using CallHarness h = Pair();
        UsageLedger ledger = h.Get<UsageLedger>();
        var record = new LedgerRecord { Kind = LedgerRecordKind.Billed, At = h.Time.GetUtcNow().UtcTicks, Provider = "a", Model = "m", Deployment = "a/m", Group = "fast", Operation = "chat", Context = LlmContext.Empty, Price = Price };
        ledger.Record(record);
        await ledger.QueryAsync(new LedgerQuery());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            ledger.Record(record);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(101, (await ledger.QueryAsync(new LedgerQuery())).Total.Attempts);
    }
}
