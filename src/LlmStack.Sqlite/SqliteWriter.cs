using LlmStack.Calls;
using LlmStack.Limits.Ledger;
using Microsoft.Data.Sqlite;

namespace LlmStack.Sqlite;

/// <summary>The one connection that writes. Used by one thread at a time; thrown away when anything fails.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteOwner _owner;
    private readonly OpenAttemptEstimate _estimate;
    private readonly ScopeTable _scopes;
    private readonly SqliteCommand _version;
    private readonly SqliteCommand _line;
    private readonly SqliteParameter[] _lineFigures;
    private readonly SqliteCommand _open;
    private readonly SqliteParameter[] _openFigures;
    private readonly LedgerScope _scope = new();
    private readonly LedgerTotals _totals = new();
    private long _seen;

    private SqliteWriter(SqliteConnection connection, SqliteOwner owner, OpenAttemptEstimate estimate)
    {
        _connection = connection;
        _owner = owner;
        _estimate = estimate;
        _scopes = new ScopeTable(connection);
        _version = connection.CreateCommand();
        _version.CommandText = "PRAGMA data_version";
        _line = connection.CreateCommand();
        _line.CommandText = $"INSERT INTO line (at, scope, {LineColumns.List()}) VALUES ($at, $scope, {LineColumns.Parameters()})";
        _line.Parameters.Add("$at", SqliteType.Integer);
        _line.Parameters.Add("$scope", SqliteType.Integer);
        _lineFigures = LineColumns.AddParameters(_line);
        _open = connection.CreateCommand();
        _open.CommandText = $"INSERT OR REPLACE INTO open_attempt (owner, ticket, at, scope, {LineColumns.List()}) VALUES ($owner, $ticket, $at, $scope, {LineColumns.Parameters()})";
        _open.Parameters.Add("$at", SqliteType.Integer);
        _open.Parameters.Add("$scope", SqliteType.Integer);
        _open.Parameters.Add("$ticket", SqliteType.Integer);
        _open.Parameters.AddWithValue("$owner", owner.Id);
        _openFigures = LineColumns.AddParameters(_open);
    }

    public SqliteConnection Connection => _connection;

    public static SqliteWriter Create(string path, TimeSpan busyTimeout, SqliteOwner owner, OpenAttemptEstimate estimate)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }

        SqliteConnection connection = Connect(path, busyTimeout, SqliteOpenMode.ReadWriteCreate);
        try
        {
            SqliteSchema.Ensure(connection);

            // Readers and the writer do not wait for each other. A committed batch survives the end of the process; the power is another matter.
            SqliteSchema.Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
            return new SqliteWriter(connection, owner, estimate);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection Connect(string path, TimeSpan busyTimeout, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(busyTimeout.TotalSeconds),
        }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Writes a batch, all or nothing.</summary>
    public void Write(PendingBatch batch)
    {
        try
        {
            using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
            LookForOthers(transaction);
            _line.Transaction = transaction;
            foreach (PendingLine line in batch.Lines)
            {
                if (line.Ticket != 0)
                {
                    SqliteJournal.Close(transaction, _owner.Id, line.Ticket);
                }

                Insert(_line, _lineFigures, line.At, line.Scope, line.Totals, transaction);
            }

            foreach (long ticket in batch.Closed)
            {
                SqliteJournal.Close(transaction, _owner.Id, ticket);
            }

            if (batch.Opened.Count > 0)
            {
                SqliteJournal.Renew(transaction, _owner);
                _open.Transaction = transaction;
                foreach (LedgerRecord record in batch.Opened)
                {
                    _estimate.Fill(record, _scope, _totals);
                    _open.Parameters[2].Value = record.Ticket;
                    Insert(_open, _openFigures, record.At, _scope, _totals, transaction);
                }
            }

            transaction.Commit();
        }
        catch
        {
            _scopes.Forget();
            throw;
        }
    }

    /// <summary>Names were deleted: none of those that were remembered may be relied on.</summary>
    public void ForgetScopes() => _scopes.Forget();

    public void Dispose()
    {
        _scopes.Dispose();
        _version.Dispose();
        _line.Dispose();
        _open.Dispose();
        _connection.Dispose();
    }

    /// <summary>Another process that has written meanwhile may have deleted names that are remembered here.</summary>
    private void LookForOthers(SqliteTransaction transaction)
    {
        _version.Transaction = transaction;
        long version = (long)_version.ExecuteScalar()!;
        if (version != _seen)
        {
            _seen = version;
            _scopes.Forget();
        }
    }

    private void Insert(SqliteCommand command, SqliteParameter[] figures, long at, LedgerScope scope, LedgerTotals totals, SqliteTransaction transaction)
    {
        command.Parameters[0].Value = SqliteTime.FromTicks(at);
        command.Parameters[1].Value = _scopes.IdOf(scope, transaction);
        LineColumns.Bind(figures, totals);
        command.ExecuteNonQuery();
    }
}
