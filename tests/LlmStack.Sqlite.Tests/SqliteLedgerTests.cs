using LlmStack.Limits.Ledger;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LlmStack.Sqlite.Tests;

public sealed class SqliteLedgerTests : IDisposable
{
    private readonly LedgerFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_restart_finds_everything_that_was_there()
    {
        decimal? paid;
        await using (LedgerFile.Node first = _file.Start())
        {
            using IDisposable pushed = LlmContext.Push(new LlmContext { Team = "search", UserId = "u", Tags = ["geo", "beta"] });
            first.Provider.OnCall(1).Usage(1_234, 56, cachedInput: 1_000);
            paid = (await first.Client.ChatAsync("fast", "Hello")).GetRoute()!.Cost.Total;
        }

        await using LedgerFile.Node second = _file.Start();
        LedgerReport report = await second.Ledger.QueryAsync(new LedgerQuery { GroupBy = [LedgerDimension.Team, LedgerDimension.User, LedgerDimension.Provider, LedgerDimension.PriceVersion] });
        LedgerRow row = Assert.Single(report.Rows);
        Assert.Equal(["search", "u", "a", "v1"], row.Values);
        Assert.Equal(paid, row.Totals.Cost);
        Assert.Equal(1_000 * 2.7m / 1_000_000, row.Totals.CacheSavings);
        Assert.Equal((1, 1_234, 1_000, 56), (row.Totals.Attempts, row.Totals.InputTokens, row.Totals.CachedInputTokens, row.Totals.OutputTokens));
        Assert.Equal(paid, report.Total.Cost);
    }

    /// <summary>The same questions to both stores, which must not differ.</summary>
    [Fact]
    public async Task The_file_answers_as_the_memory_does()
    {
        await using LedgerFile.Node node = _file.Start();
        var memory = new MemoryLedger(10_000);
        var random = new Random(5);
        for (int i = 0; i < 2_000; i++)
        {
            var scope = new LedgerScope { Tags = (i % 3) switch { 0 => [], 1 => ["x"], _ => ["x", "y"] } };
            scope[LedgerDimension.Team] = i % 4 == 0 ? null : "t" + (i % 4);
            scope[LedgerDimension.Provider] = "p" + random.Next(3);
            var totals = new LedgerTotals { Attempts = 1, Failed = i % 2, Unpriced = i % 10 == 0 ? 1 : 0, Spent = i % 10 == 0 ? 0 : random.Next(1, 1_000_000) * 0.000000000137m, ComputedCost = 0.25m, CacheSavings = -0.0000000003m };
            totals.Buckets.Set(LlmStack.Catalog.UsageBucket.Input, random.Next(1, 100));
            long at = _file.Time.GetUtcNow().AddHours(i % 100).UtcTicks;
            memory.Add(0, at, scope, totals);
            node.Store.Add(0, at, scope, totals);
        }

        LedgerQuery[] queries =
        [
            new(),
            new() { GroupBy = [LedgerDimension.Team] },
            new() { GroupBy = [LedgerDimension.Tag, LedgerDimension.Team], Interval = LedgerInterval.Day },
            new() { GroupBy = [LedgerDimension.Provider], Interval = LedgerInterval.Month, Where = { [LedgerDimension.Team] = null } },
            new() { Interval = LedgerInterval.Hour, Where = { [LedgerDimension.Tag] = "y", [LedgerDimension.Provider] = "p1" } },
            new() { GroupBy = [LedgerDimension.Tag], Where = { [LedgerDimension.Tag] = null } },
            new() { From = _file.Time.GetUtcNow().AddHours(10), To = _file.Time.GetUtcNow().AddHours(20), GroupBy = [LedgerDimension.Team] },
            new() { From = _file.Time.GetUtcNow().AddYears(1) },
        ];
        foreach (LedgerQuery query in queries)
        {
            Assert.Equal(await JsonAsync(await memory.QueryAsync(query, default)), await JsonAsync(await node.Ledger.QueryAsync(query)));
        }
    }

    [Fact]
    public async Task Lines_are_written_by_the_clock_and_together()
    {
        // A length that nobody else waits for.
        var interval = TimeSpan.FromMilliseconds(1_234);
        await using LedgerFile.Node node = _file.Start(o => o.FlushInterval = interval);
        await _file.Watched.WaitBeganAsync(interval).WaitAsync(TimeSpan.FromSeconds(60));
        for (int i = 0; i < 20; i++)
        {
            await node.Client.ChatAsync("fast", "Hello");
        }

        _file.Time.Advance(interval - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _file.Count("line"));
        _file.Time.Advance(TimeSpan.FromMilliseconds(1));

        // The next pause begins when the batch is in the file.
        await _file.Watched.WaitBeganAsync(interval).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(20, _file.Count("line"));
    }

    [Fact]
    public async Task Lines_older_than_the_retention_go()
    {
        await using LedgerFile.Node node = _file.Start(static o => o.Retention = TimeSpan.FromDays(30));
        var old = new LedgerTotals { Attempts = 1, Spent = 1 };
        for (int i = 0; i < 25_000; i++)
        {
            node.Store.Add(0, _file.Time.GetUtcNow().AddDays(-31).UtcTicks, new LedgerScope(), old);
        }

        await node.Client.ChatAsync("fast", "Hello");
        await node.Ledger.FlushAsync();
        _file.Time.Advance(TimeSpan.FromMinutes(1));
        for (int i = 0; i < 3; i++)
        {
            await node.Ledger.FlushAsync();
            _file.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(1, (await node.TotalAsync()).Attempts);
    }

    [Fact]
    public async Task Names_that_no_line_has_any_more_go_with_the_lines()
    {
        await using LedgerFile.Node node = _file.Start(static o => o.Retention = TimeSpan.FromDays(30));
        await CallAsync(node, "leaver");
        await node.Ledger.FlushAsync();
        Assert.Equal((1, 1), (_file.Count("scope"), _file.Count("scope_tag")));

        _file.Time.Advance(TimeSpan.FromDays(31));
        await CallAsync(node, "stayer");
        await node.Ledger.FlushAsync();
        _file.Time.Advance(TimeSpan.FromHours(2));
        await node.Ledger.FlushAsync();
        Assert.Equal(["stayer"], await UsersAsync(node));
        Assert.Equal((1, 1), (_file.Count("scope"), _file.Count("scope_tag")));

        // Who comes back has a name again.
        await CallAsync(node, "leaver");
        Assert.Equal(["leaver", "stayer"], await UsersAsync(node));
    }

    [Fact]
    public async Task Names_that_another_process_has_deleted_are_written_again()
    {
        await using LedgerFile.Node keeps = _file.Start();
        await CallAsync(keeps, "leaver");
        await keeps.Ledger.FlushAsync();
        await using LedgerFile.Node deletes = _file.Start(static o => o.Retention = TimeSpan.FromDays(30));
        _file.Time.Advance(TimeSpan.FromDays(31));
        await deletes.Ledger.FlushAsync();
        Assert.Equal((0, 0), (_file.Count("line"), _file.Count("scope")));
        await CallAsync(keeps, "leaver");
        Assert.Equal(["leaver"], await UsersAsync(keeps));
    }

    [Fact]
    public async Task What_was_recovered_is_forgotten_with_its_line_because_another_line_may_get_its_number()
    {
        await using LedgerFile.Node node = _file.Start(static o => o.Retention = TimeSpan.FromHours(1));
        await node.Client.ChatAsync("fast", "Hello");
        await node.Ledger.FlushAsync();
        using (SqliteConnection connection = _file.Connect())
        {
            SqliteSchema.Execute(connection, "INSERT INTO recovered (owner, ticket, line, at) SELECT 'asleep', 7, id, at FROM line");
        }

        _file.Time.Advance(TimeSpan.FromHours(2));
        await node.Ledger.FlushAsync();
        Assert.Equal((0, 0), (_file.Count("line"), _file.Count("recovered")));
    }

    [Fact]
    public async Task A_file_of_the_first_version_gets_the_columns_it_lacks_and_keeps_its_lines()
    {
        await using (LedgerFile.Node first = _file.Start())
        {
            await first.Client.ChatAsync("fast", "Hello");
        }

        using (SqliteConnection connection = _file.Connect())
        {
            SqliteSchema.Execute(connection, "ALTER TABLE line DROP COLUMN n_images; ALTER TABLE open_attempt DROP COLUMN n_images; PRAGMA user_version = 1");
        }

        await using LedgerFile.Node second = _file.Start();
        await second.Client.ChatAsync("fast", "Hello");
        await second.Ledger.FlushAsync();
        Assert.Equal(2, (await second.TotalAsync()).Attempts);
    }

    [Theory]
    [InlineData("no database", "is no SQLite database; move it away, and a new one is made")]
    [InlineData("other program", "is the database of another program; use another file")]
    [InlineData("newer", "has the schema version 7; this version of LlmStack knows 2: update it, or use another file")]
    public async Task A_file_that_cannot_be_used_is_said_once_and_calls_go_on(string what, string problem)
    {
        Spoil(what);
        var told = new List<LlmEvent>();
        await using LedgerFile.Node node = _file.Start(observer: new Listener(told));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("x", (await node.Client.ChatAsync("fast", "Hello")).Text);
            IOException refused = await Assert.ThrowsAsync<IOException>(async () => await node.Ledger.QueryAsync(new LedgerQuery()));
            Assert.Equal($"The ledger's file '{_file.Path}' {problem}.", refused.Message);
        }

        Assert.Single(_file.Logs.GetSnapshot(), static record => record.Id.Id == 1310);
        await node.Get<LlmStack.Diagnostics.Events.LlmEventSource>().IdleAsync();
        Assert.Equal((LlmEventKind.SinkTrouble, "ledger"), (Assert.Single(told).Kind, told[0].Subject));

        // Once the file is out of the way, what was kept is written.
        File.Delete(_file.Path);
        Assert.Equal(3, (await node.TotalAsync()).Attempts);
        Assert.Single(_file.Logs.GetSnapshot(), static record => record.Id.Id == 1311);
    }

    [Fact]
    public async Task While_another_program_holds_the_file_calls_go_on_and_nothing_is_lost()
    {
        await using LedgerFile.Node node = _file.Start(static o => { o.BusyTimeout = TimeSpan.FromSeconds(1); o.MaxPending = 100; });
        await node.Client.ChatAsync("fast", "Hello");
        await node.Ledger.FlushAsync();
        using (SqliteConnection holder = _file.Connect())
        {
            using SqliteTransaction transaction = holder.BeginTransaction(deferred: false);
            for (int i = 0; i < 250; i++)
            {
                await node.Client.ChatAsync("fast", "Hello");
            }

            IOException refused = await Assert.ThrowsAsync<IOException>(async () => await node.Ledger.FlushAsync());
            Assert.Contains("is locked by another program", refused.Message, StringComparison.Ordinal);
        }

        LedgerTotals total = await node.TotalAsync();
        Assert.Equal((251, 251 * ((1_000 * 3m) + (100 * 15m)) / 1_000_000), (total.Attempts, total.Cost));
        Assert.InRange(_file.Count("line"), 2, 110);
    }

    [Fact]
    public async Task A_damaged_file_is_said_to_be_damaged()
    {
        await using (LedgerFile.Node first = _file.Start())
        {
            for (int i = 0; i < 200; i++)
            {
                await first.Client.ChatAsync("fast", "Hello");
            }
        }

        using (FileStream stream = File.OpenWrite(_file.Path))
        {
            stream.Position = 4096;
            stream.Write(new byte[stream.Length - 4096]);
        }

        await using LedgerFile.Node node = _file.Start();
        IOException refused = await Assert.ThrowsAsync<IOException>(async () => await node.Ledger.QueryAsync(new LedgerQuery { GroupBy = [LedgerDimension.Team] }));
        Assert.Contains("is damaged; move it away, and a new one is made", refused.Message, StringComparison.Ordinal);
        Assert.Equal("x", (await node.Client.ChatAsync("fast", "Hello")).Text);
    }

    [Theory]
    [InlineData("", "The ledger's path is ''; allowed: the path of a file.")]
    [InlineData(":memory:", "The ledger's path is ':memory:'; allowed: the path of a file.")]
    public void A_path_that_is_none_is_refused_at_once(string path, string message)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => LlmClientFactory.Create(llm => llm.UseSqliteLedger(path)));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused_at_once()
    {
        Assert.StartsWith("FlushInterval is 00:00:00; allowed: 00:00:00.0010000 to 00:01:00.", Refused(static o => o.FlushInterval = TimeSpan.Zero), StringComparison.Ordinal);
        Assert.StartsWith("Retention is 00:00:01; allowed: 01:00:00 to ", Refused(static o => o.Retention = TimeSpan.FromSeconds(1)), StringComparison.Ordinal);
        Assert.StartsWith("MaxPending is 1; allowed: 100 to 10000000.", Refused(static o => o.MaxPending = 1), StringComparison.Ordinal);
        string Refused(Action<SqliteLedgerOptions> configure) => Assert.Throws<ArgumentException>(() => LlmClientFactory.Create(llm => llm.UseSqliteLedger(_file.Path, configure))).Message;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(-0.000000001)]
    [InlineData(123456789.25)]
    public void An_amount_survives_the_file(double amount)
    {
        decimal exact = (decimal)amount + (amount == 0 ? 0 : 0.000000000000000001m);
        (long nano, long atto) = Money.Split(exact);
        Assert.Equal(exact, Money.Join(nano, atto));
        Assert.InRange(atto, 0, 999_999_999);
    }

    private static async Task CallAsync(LedgerFile.Node node, string user)
    {
        using IDisposable pushed = LlmContext.Push(new LlmContext { UserId = user, Tags = ["geo"] });
        await node.Client.ChatAsync("fast", "Hello");
    }

    private static async Task<string[]> UsersAsync(LedgerFile.Node node)
    {
        LedgerReport report = await node.Ledger.QueryAsync(new LedgerQuery { GroupBy = [LedgerDimension.User] });
        return [.. report.Rows.Select(static row => row.Values[0]!).Order(StringComparer.Ordinal)];
    }

    private void Spoil(string what)
    {
        if (what == "no database")
        {
            File.WriteAllText(_file.Path, new string('x', 5_000));
            return;
        }

        using SqliteConnection connection = _file.Connect();
        if (what == "newer")
        {
            SqliteSchema.Ensure(connection);
            SqliteSchema.Execute(connection, "PRAGMA user_version = 7");
        }
        else
        {
            SqliteSchema.Execute(connection, "CREATE TABLE recipes (name TEXT)");
        }
    }

    private static async Task<string> JsonAsync(LedgerReport report)
    {
        using var stream = new MemoryStream();
        await report.WriteJsonAsync(stream);
        return System.Text.RegularExpressions.Regex.Replace(System.Text.Encoding.UTF8.GetString(stream.ToArray()), @"(?<digits>\.\d*?)0+(?=[,}])", "${digits}", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10)).Replace(".,", ",", StringComparison.Ordinal);
    }

    private sealed class Listener(List<LlmEvent> all) : IObserver<LlmEvent>
    {
        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void OnNext(LlmEvent value) => all.Add(value);
    }
}
