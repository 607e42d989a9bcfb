using System.Diagnostics;
using LlmStack.Limits.Ledger;
using LlmStack.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.AI;

namespace LlmStack.Sqlite.Tests;

/// <summary>Attempts under way when their process ends.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly LedgerFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_killed_process_loses_nothing_it_had_flushed_and_its_open_attempts_are_billed_once()
    {
        using (Process child = await ChildAsync(calls: 100, hanging: 3))
        {
            child.Kill();
            await child.WaitForExitAsync();
        }

        Assert.Equal(3, _file.Count("open_attempt"));
        LedgerFile.Node[] nodes = [_file.Start(), _file.Start()];
        try
        {
            // Two at once, over and over: only one may recover, once.
            for (int i = 0; i < 3; i++)
            {
                await Task.WhenAll(nodes.Select(static node => node.Ledger.FlushAsync().AsTask()));
                _file.Time.Advance(TimeSpan.FromMinutes(2));
            }

            LedgerReport report = await nodes[0].Ledger.QueryAsync(new LedgerQuery { GroupBy = [LedgerDimension.Team] });
            LedgerTotals total = Assert.Single(report.Rows).Totals;
            Assert.Equal("child", report.Rows[0].Values[0]);
            Assert.Equal((103, 3, 3, 3), (total.Attempts, total.Failed, total.MayHaveBeenBilled, total.Estimated));
            Assert.True(total.Cost > 100 * ((1_000 * 3m) + (100 * 15m)) / 1_000_000);
            Assert.Equal(0, _file.Count("open_attempt"));
            Assert.Single(_file.Logs.GetSnapshot(), static record => record.Id.Id == 1312);
        }
        finally
        {
            foreach (LedgerFile.Node node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_process_killed_anywhere_leaves_a_file_that_can_be_used()
    {
        using (Process child = await ChildAsync(calls: 10, hanging: 0))
        {
            for (int i = 0; i < 20; i++)
            {
                await child.StandardInput.WriteLineAsync("more");
            }

            await child.StandardInput.FlushAsync();
            await child.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            child.Kill();
            await child.WaitForExitAsync();
        }

        await using LedgerFile.Node node = _file.Start();
        Assert.InRange((await node.TotalAsync()).Attempts, 10, 30);
        using SqliteConnection connection = _file.Connect();
        using SqliteCommand check = connection.CreateCommand();
        check.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", check.ExecuteScalar());
    }

    [Fact]
    public async Task An_attempt_under_way_is_in_the_journal_and_out_of_it_when_it_ends_however_it_ends()
    {
        await using LedgerFile.Node node = _file.Start();
        node.Provider.OnCall(1).StallAfter(0);
        using var cancel = new CancellationTokenSource();
        Task call = node.Client.ChatAsync("fast", new string('x', 400), cancellationToken: cancel.Token);
        await node.Provider.WaitForCallAsync(1);
        await node.Ledger.FlushAsync();
        Assert.Equal((1, 0), (_file.Count("open_attempt"), _file.Count("line")));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await node.Ledger.FlushAsync();
        Assert.Equal((0, 1), (_file.Count("open_attempt"), _file.Count("line")));

        node.Provider.OnCall(2).Delay(TimeSpan.FromSeconds(5)).RateLimited();
        call = node.Client.ChatAsync("fast", "Hello", ((ChatOptions?)null).WithRouting(new RoutingOptions { MaxAttempts = 1 }));
        await node.Provider.WaitForCallAsync(2);
        await node.Ledger.FlushAsync();
        Assert.Equal(1, _file.Count("open_attempt"));
        _file.Time.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<LlmException>(() => call);
        await node.Ledger.FlushAsync();
        Assert.Equal(0, _file.Count("open_attempt"));
    }

    /// <summary>A process that was only asleep: its lease ran out, another one billed its attempt, and then it ended after all.</summary>
    [Fact]
    public async Task What_was_recovered_too_early_is_replaced_when_the_attempt_ends_after_all()
    {
        await using LedgerFile.Node node = _file.Start();
        node.Provider.OnCall(1).Usage(1_000, 100).Delay(TimeSpan.FromSeconds(5));
        Task call = node.Client.ChatAsync("fast", "Hello");
        await node.Provider.WaitForCallAsync(1);
        await node.Ledger.FlushAsync();
        using (SqliteConnection connection = _file.Connect())
        {
            SqliteSchema.Execute(connection, "UPDATE owner SET lease = 0");
            Assert.Equal(1, SqliteJournal.Recover(connection, new SqliteOwner(_file.Time)));
            Assert.Equal(0, SqliteJournal.Recover(connection, new SqliteOwner(_file.Time)));
        }

        Assert.Equal(1, (await node.TotalAsync()).Estimated);
        _file.Time.Advance(TimeSpan.FromSeconds(5));
        await call.WaitAsync(TimeSpan.FromSeconds(30));
        LedgerTotals total = await node.TotalAsync();
        Assert.Equal((1, 0, 0), (total.Attempts, total.Estimated, total.MayHaveBeenBilled));
        Assert.Equal(((1_000 * 3m) + (100 * 15m)) / 1_000_000, total.Cost);
        Assert.Equal(0, _file.Count("recovered"));
    }

    [Fact]
    public void A_living_process_of_this_machine_is_not_taken_for_dead()
    {
        Assert.False(SqliteOwner.IsGone(SqliteOwner.Machine, SqliteOwner.Process, SqliteOwner.Started));
        Assert.True(SqliteOwner.IsGone(SqliteOwner.Machine, SqliteOwner.Process, SqliteOwner.Started - 100_000));
        Assert.False(SqliteOwner.IsGone("elsewhere", 1, 0));
    }

    private async Task<Process> ChildAsync(int calls, int hanging)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "LlmStack.Sqlite.Child.dll");
        var child = Process.Start(new ProcessStartInfo("dotnet", [program, _file.Path, calls.ToString(System.Globalization.CultureInfo.InvariantCulture), hanging.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("flushed", await child.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(120)));
        return child;
    }
}
