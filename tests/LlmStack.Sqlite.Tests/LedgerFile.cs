using LlmStack.Limits.Ledger;
using LlmStack.Testing;
using LlmStack.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Sqlite.Tests;

/// <summary>A real file in a folder of its own, and clients that keep their ledger in it.</summary>
public sealed class LedgerFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmstack-ledger-").FullName;

    public LedgerFile() => Path = System.IO.Path.Combine(_folder, "usage.db");

    public string Path { get; }

    public FakeTimeProvider Time => Watched;

    public FakeLogCollector Logs { get; } = new();

    internal WatchedTimeProvider Watched { get; } = new(new DateTimeOffset(2026, 11, 28, 8, 0, 0, TimeSpan.Zero));

    public static ModelPrice Price => new() { InputPerMillion = 3, OutputPerMillion = 15, CacheReadPerMillion = 0.3m, Version = "v1" };

    /// <summary>A client on virtual time; its ledger is written when somebody asks or time goes on.</summary>
    public Node Start(Action<SqliteLedgerOptions>? configure = null, IObserver<LlmEvent>? observer = null) => new(this, configure, observer);

    /// <summary>A connection past the ledger.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    public long Count(string table)
    {
        using SqliteConnection connection = Connect();
        return SqliteSchema.Scalar(connection, $"SELECT COUNT(*) FROM {table}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public sealed class Node : IAsyncDisposable
    {
        private readonly ServiceProvider _services;

        internal Node(LedgerFile file, Action<SqliteLedgerOptions>? configure, IObserver<LlmEvent>? observer)
        {
            Provider = new ScriptedProvider(file.Time);
            Provider.OnOtherCalls.Answer("x").Usage(1_000, 100);
            var services = new ServiceCollection();
            services.AddSingleton<TimeProvider>(file.Time);
            services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(file.Logs)));
            services.AddLlmStack(llm => llm
                .AddProvider("a", p => p.UseProvider(_ => Provider))
                .AddModelGroup("fast", static g => g.AddDeployment("a/m", static d => d.Price = Price))
                .UseSqliteLedger(file.Path, configure));
            _services = services.BuildServiceProvider();
            if (observer is not null)
            {
                // Before the ledger, which begins to write at once.
                _services.GetRequiredService<ILlmEvents>().Subscribe(observer);
            }

            Client = _services.GetRequiredService<ILlmClient>();
        }

        public ScriptedProvider Provider { get; }

        public ILlmClient Client { get; }

        public IUsageLedger Ledger => _services.GetRequiredService<IUsageLedger>();

        internal SqliteLedger Store => (SqliteLedger)_services.GetRequiredService<ILedgerStore>();

        public T Get<T>()
            where T : notnull => _services.GetRequiredService<T>();

        public async Task<LedgerTotals> TotalAsync() => (await Ledger.QueryAsync(new LedgerQuery())).Total;

        public ValueTask DisposeAsync() => _services.DisposeAsync();
    }
}
