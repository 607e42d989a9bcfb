using System.Diagnostics.Metrics;
using LlmStack.Calls;
using LlmStack.Diagnostics;
using LlmStack.Diagnostics.Events;
using LlmStack.Limits.Ledger;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LlmStack.Sqlite;

/// <summary>Keeps the ledger in a file: lines wait in memory and are written in the background, so that no call ever waits for the disk.</summary>
internal sealed class SqliteLedger : ILedgerStore, IAsyncDisposable, IDisposable
{
    private const string Subject = "ledger";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromSeconds(15);

    private readonly string _path;
    private readonly SqliteLedgerOptions _options;
    private readonly OpenAttemptEstimate _estimate;
    private readonly LlmEventSource _events;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Counter<long>? _failures;
    private readonly PendingLines _pending;
    private readonly SqliteOwner _owner;
    private readonly SqliteRetention? _retention;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task? _loop;
    private Task? _disposal;
    private Action? _drain;
    private SqliteWriter? _writer;
    private string? _trouble;
    private long _nextUpkeep = long.MinValue;
    private bool _outOfDate;

    public SqliteLedger(string path, SqliteLedgerOptions options, int maxMerged, OpenAttemptEstimate estimate, LlmEventSource events, TimeProvider time, ILogger<SqliteLedger> logger, IMeterFactory? meters)
    {
        _path = path;
        _options = options;
        _estimate = estimate;
        _events = events;
        _time = time;
        _logger = logger;
        _pending = new PendingLines(options.MaxPending, maxMerged);
        _owner = new SqliteOwner(time);
        _retention = options.Retention is { } keep ? new SqliteRetention(keep, time) : null;
        _failures = meters?.Create(MetricNames.Meter).CreateCounter<long>(MetricNames.LedgerFailures, "{batch}", "Batches of the ledger that could not be written; they are tried again.");
    }

    public bool KeepsJournal => true;

    public void Attach(Action drain)
    {
        _drain = drain;
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Task.Run(RunAsync);
        }
    }

    public void Add(long ticket, long at, LedgerScope scope, LedgerTotals totals) => _pending.Add(ticket, at, scope, totals);

    public void Open(in LedgerRecord record) => _pending.Open(record);

    public void Release(long ticket) => _pending.Release(ticket);

    public async ValueTask<LedgerReport> QueryAsync(LedgerQuery query, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => Read(query), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken) => await Task.Run(() => WriteAsync(cancellationToken), cancellationToken).ConfigureAwait(false);

    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            return new ValueTask(_disposal ??= StopAsync());
        }
    }

    private async Task RunAsync()
    {
        TimeSpan pause = TimeSpan.Zero;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await WriteAsync(_stop.Token).ConfigureAwait(false);
                pause = _options.FlushInterval;
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                pause = TimeSpan.FromTicks(Math.Min(Math.Max(pause.Ticks, _options.FlushInterval.Ticks) * 2, LongestPause.Ticks));
            }

            try
            {
                await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Writes what waits.</summary>
    /// <exception cref="IOException">It could not be written and waits on.</exception>
    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        _drain?.Invoke();
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            PendingBatch batch = _pending.Take();
            bool upkeep = _time.GetTimestamp() >= _nextUpkeep;
            if (batch.IsEmpty && !upkeep && _trouble is null)
            {
                return;
            }

            try
            {
                _writer ??= SqliteWriter.Create(_path, _options.BusyTimeout, _owner, _estimate);
                if (!batch.IsEmpty)
                {
                    _writer.Write(batch);
                }
            }
            catch (Exception failure)
            {
                _pending.PutBack(batch);
                throw Failed(failure);
            }

            _pending.Written(batch);
            if (upkeep || _outOfDate)
            {
                KeepUp(_writer);
            }

            Succeeded();
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Says that this process lives, takes over what dead ones left, and deletes what is too old.</summary>
    private void KeepUp(SqliteWriter writer)
    {
        try
        {
            int left = SqliteJournal.Recover(writer.Connection, _owner);
            if (left > 0)
            {
                SqliteLedgerLog.LeftOpen(_logger, left, _path);
            }

            if (_pending.HasJournaled)
            {
                using SqliteTransaction transaction = writer.Connection.BeginTransaction(deferred: false);
                SqliteJournal.Renew(transaction, _owner);
                transaction.Commit();
            }

            _outOfDate = _retention?.Apply(writer) == true;
            _nextUpkeep = _time.GetTimestamp() + (long)(UpkeepInterval.TotalSeconds * _time.TimestampFrequency);
        }
        catch (Exception failure)
        {
            throw Failed(failure);
        }
    }

    private LedgerReport Read(LedgerQuery query)
    {
        try
        {
            using SqliteConnection connection = SqliteWriter.Connect(_path, _options.BusyTimeout, SqliteOpenMode.ReadWrite);
            return SqliteReport.Read(connection, query);
        }
        catch (SqliteException failure)
        {
            throw new IOException($"The ledger's file '{_path}' {LedgerFileException.Describe(failure)}.", failure);
        }
    }

    private IOException Failed(Exception failure)
    {
        _failures?.Add(1);
        _writer?.Dispose();
        _writer = null;
        string problem = LedgerFileException.Describe(failure);
        if (_trouble != problem)
        {
            _trouble = problem;
            SqliteLedgerLog.Trouble(_logger, _path, problem);
            _events.Raise(new LlmEvent { Kind = LlmEventKind.SinkTrouble, Subject = Subject, Message = $"The ledger's file {problem}; calls go on." });
        }

        return new IOException($"The ledger's file '{_path}' {problem}.", failure);
    }

    private void Succeeded()
    {
        if (_trouble is not null)
        {
            _trouble = null;
            SqliteLedgerLog.Recovered(_logger, _path);
            _events.Raise(new LlmEvent { Kind = LlmEventKind.SinkRecovered, Subject = Subject, Message = "The ledger's file is written again." });
        }
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(_loop ?? Task.CompletedTask, Task.Run(() => WriteAsync(CancellationToken.None))).WaitAsync(_options.ShutdownTimeout, _time).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or TimeoutException)
        {
            SqliteLedgerLog.Lost(_logger, _pending.Count, _path, _trouble ?? "did not take them in time");
        }

        // Whoever still writes owns the connection; a process that ends closes it anyway.
        if (await _writing.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            _writer?.Dispose();
            _writer = null;
            _writing.Release();
        }
    }
}
