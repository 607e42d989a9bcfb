using BenchmarkDotNet.Attributes;
using LlmStack.Calls;
using LlmStack.Catalog;
using LlmStack.Limits.Ledger;
using LlmStack.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Benchmarks;

/// <summary>A month's report by team and provider over a million lines, against the same statement sent to the same file by hand.</summary>
[MemoryDiagnoser]
public class LedgerReportBenchmarks
{
    private const int Lines = 1_000_000;
    private const int LinesPerBatch = 50_000;

    private static readonly DateTimeOffset Month = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<string> File = new(Make);

    private readonly LedgerQuery _query = new() { From = Month, To = Month.AddMonths(1), GroupBy = [LedgerDimension.Team, LedgerDimension.Provider] };
    private ServiceProvider _services = null!;
    private IUsageLedger _ledger = null!;
    private string _sql = "";

    [GlobalSetup]
    public void Setup()
    {
        _services = Services(File.Value);
        _ledger = _services.GetRequiredService<IUsageLedger>();
        _sql = $"SELECT s.team, s.provider, {LineColumns.Sums("l")} FROM line l JOIN scope s ON s.id = l.scope WHERE l.at >= $from AND l.at < $to GROUP BY s.team, s.provider";
    }

    [GlobalCleanup]
    public void Cleanup() => _services.Dispose();

    [Benchmark(Baseline = true)]
    public long BareSql()
    {
        using SqliteConnection connection = SqliteWriter.Connect(File.Value, TimeSpan.FromSeconds(5), SqliteOpenMode.ReadWrite);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = _sql;
        command.Parameters.AddWithValue("$from", Month.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$to", Month.AddMonths(1).ToUnixTimeMilliseconds());
        using SqliteDataReader reader = command.ExecuteReader();
        long attempts = 0;
        while (reader.Read())
        {
            attempts += reader.GetInt64(2);
        }

        return Checked(attempts);
    }

    [Benchmark]
    public async Task<long> Report() => Checked((await _ledger.QueryAsync(_query)).Total.Attempts);

    private static long Checked(long attempts) =>
        attempts == Lines ? attempts : throw new InvalidOperationException($"{attempts} of {Lines} lines were added up.");

    private static string Make()
    {
        string folder = Directory.CreateTempSubdirectory("llmstack-report-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string path = Path.Combine(folder, "usage.db");
        using ServiceProvider services = Services(path);
        using var writer = SqliteWriter.Create(path, TimeSpan.FromSeconds(5), new SqliteOwner(TimeProvider.System), services.GetRequiredService<OpenAttemptEstimate>());
        var scopes = new LedgerScope[400];
        for (int i = 0; i < scopes.Length; i++)
        {
            scopes[i] = new LedgerScope();
            scopes[i][LedgerDimension.Team] = "team-" + (i % 20);
            scopes[i][LedgerDimension.Provider] = "provider-" + (i % 4);
            scopes[i][LedgerDimension.User] = "user-" + i;
        }

        var random = new Random(1);
        for (int written = 0; written < Lines; written += LinesPerBatch)
        {
            var batch = new PendingBatch();
            for (int i = 0; i < LinesPerBatch; i++)
            {
                var totals = new LedgerTotals { Attempts = 1, Spent = random.Next(1, 10_000_000) * 0.000000001m };
                totals.Buckets.Set(UsageBucket.Input, random.Next(10, 5_000));
                totals.Buckets.Set(UsageBucket.Output, random.Next(10, 900));
                totals.Buckets.Set(UsageBucket.Requests, 1);
                long at = Month.UtcTicks + (long)((written + i) * (30.0 / Lines) * TimeSpan.TicksPerDay);
                batch.Lines.Add(new PendingLine(0, at, scopes[random.Next(scopes.Length)], totals));
            }

            writer.Write(batch);
        }

        return path;
    }

    private static ServiceProvider Services(string path)
    {
        var services = new ServiceCollection();
        services.AddLlmStack(llm => llm.AddOpenAICompatible("nobody", "http://127.0.0.1:9/v1").UseSqliteLedger(path));
        return services.BuildServiceProvider();
    }
}
