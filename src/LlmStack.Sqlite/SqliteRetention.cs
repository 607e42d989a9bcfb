using Microsoft.Data.Sqlite;

namespace LlmStack.Sqlite;

/// <summary>Deletes what is older than it is to be kept: lines, and now and then the names of users and others that no line has any more.</summary>
internal sealed class SqliteRetention(TimeSpan keep, TimeProvider time)
{
    /// <summary>A transaction stays short, so that others who write to the file need not wait for long.</summary>
    private const int DeletedAtOnce = 10_000;

    private const string TooOld = "SELECT id FROM line WHERE at < $before ORDER BY at LIMIT $most";

    /// <summary>To find names that nobody has, all lines are looked at.</summary>
    private static readonly TimeSpan NamesInterval = TimeSpan.FromHours(1);

    private long _namesDue = long.MinValue;

    // An earlier process may have left some.
    private bool _mayHaveLeftNames = true;

    /// <summary>Deletes some; true when there is more.</summary>
    public bool Apply(SqliteWriter writer)
    {
        using SqliteTransaction transaction = writer.Connection.BeginTransaction(deferred: false);

        // The number of a deleted line may become that of a new one, which nobody may take for what was recovered.
        Delete(transaction, $"DELETE FROM recovered WHERE line IN ({TooOld})");
        int deleted = Delete(transaction, $"DELETE FROM line WHERE id IN ({TooOld})");
        _mayHaveLeftNames |= deleted > 0;
        bool more = deleted == DeletedAtOnce;
        bool names = !more && _mayHaveLeftNames && time.GetTimestamp() >= _namesDue;
        if (names)
        {
            Delete(transaction, "DELETE FROM scope WHERE id NOT IN (SELECT scope FROM line) AND id NOT IN (SELECT scope FROM open_attempt)");
            Delete(transaction, "DELETE FROM scope_tag WHERE scope NOT IN (SELECT id FROM scope)");
        }

        transaction.Commit();
        if (names)
        {
            writer.ForgetScopes();
            _mayHaveLeftNames = false;
            _namesDue = time.GetTimestamp() + (long)(NamesInterval.TotalSeconds * time.TimestampFrequency);
        }

        return more;
    }

    private int Delete(SqliteTransaction transaction, string sql)
    {
        using SqliteCommand command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.Parameters.AddWithValue("$before", (time.GetUtcNow() - keep).ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$most", DeletedAtOnce);
        return command.ExecuteNonQuery();
    }
}
