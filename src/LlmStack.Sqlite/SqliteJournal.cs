using Microsoft.Data.Sqlite;

namespace LlmStack.Sqlite;

/// <summary>Attempts under way, so that those a killed process left are billed once, and once only.</summary>
internal static class SqliteJournal
{
    /// <summary>A process that was only asleep may still settle what was recovered; after this time nobody expects it.</summary>
    private const long KeepRecovered = 7L * 24 * 3600 * 1000;

    /// <summary>An attempt of ours ended. If another process took us for dead meanwhile, the line it made of it goes.</summary>
    public static void Close(SqliteTransaction transaction, string owner, long ticket)
    {
        if (Run(transaction, "DELETE FROM open_attempt WHERE owner = $owner AND ticket = $ticket", owner, ticket) > 0)
        {
            return;
        }

        Run(transaction, "DELETE FROM line WHERE id = (SELECT line FROM recovered WHERE owner = $owner AND ticket = $ticket)", owner, ticket);
        Run(transaction, "DELETE FROM recovered WHERE owner = $owner AND ticket = $ticket", owner, ticket);
    }

    /// <summary>Says that this process is alive.</summary>
    public static void Renew(SqliteTransaction transaction, SqliteOwner owner)
    {
        using SqliteCommand command = Command(transaction, "INSERT OR REPLACE INTO owner (id, machine, process, started, lease) VALUES ($id, $machine, $process, $started, $lease)");
        command.Parameters.AddWithValue("$id", owner.Id);
        command.Parameters.AddWithValue("$machine", SqliteOwner.Machine);
        command.Parameters.AddWithValue("$process", SqliteOwner.Process);
        command.Parameters.AddWithValue("$started", SqliteOwner.Started);
        command.Parameters.AddWithValue("$lease", owner.LeaseEnd);
        command.ExecuteNonQuery();
    }

    /// <summary>Turns what dead processes left open into lines, estimated, and says how many.</summary>
    public static int Recover(SqliteConnection connection, SqliteOwner self)
    {
        if (Dead(connection, null, self).Count == 0)
        {
            return 0;
        }

        // Looked at again inside: of several processes that start together, one is first and the others find nothing.
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        int recovered = 0;
        foreach (string owner in Dead(connection, transaction, self))
        {
            recovered += Recover(transaction, owner, self.Now);
        }

        Run(transaction, "DELETE FROM recovered WHERE at < $ticket", "", self.Now - KeepRecovered);
        transaction.Commit();
        return recovered;
    }

    private static int Recover(SqliteTransaction transaction, string owner, long now)
    {
        var tickets = new List<long>();
        using (SqliteCommand find = Command(transaction, "SELECT ticket FROM open_attempt WHERE owner = $owner"))
        {
            find.Parameters.AddWithValue("$owner", owner);
            using SqliteDataReader reader = find.ExecuteReader();
            while (reader.Read())
            {
                tickets.Add(reader.GetInt64(0));
            }
        }

        foreach (long ticket in tickets)
        {
            Run(transaction, $"INSERT INTO line (at, scope, {LineColumns.List()}) SELECT at, scope, {LineColumns.List()} FROM open_attempt WHERE owner = $owner AND ticket = $ticket", owner, ticket);
            Run(transaction, $"INSERT INTO recovered (owner, ticket, line, at) VALUES ($owner, $ticket, last_insert_rowid(), {now.ToString(System.Globalization.CultureInfo.InvariantCulture)})", owner, ticket);
        }

        Run(transaction, "DELETE FROM open_attempt WHERE owner = $owner", owner, 0);
        Run(transaction, "DELETE FROM owner WHERE id = $owner", owner, 0);
        return tickets.Count;
    }

    private static List<string> Dead(SqliteConnection connection, SqliteTransaction? transaction, SqliteOwner self)
    {
        var dead = new List<string>();
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT id, machine, process, started, lease FROM owner WHERE id <> $self";
        command.Parameters.AddWithValue("$self", self.Id);
        using SqliteDataReader reader = command.ExecuteReader();
        long now = self.Now;
        while (reader.Read())
        {
            if (reader.GetInt64(4) < now || SqliteOwner.IsGone(reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)))
            {
                dead.Add(reader.GetString(0));
            }
        }

        return dead;
    }

    private static SqliteCommand Command(SqliteTransaction transaction, string sql)
    {
        SqliteCommand command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        return command;
    }

    private static int Run(SqliteTransaction transaction, string sql, string owner, long ticket)
    {
        using SqliteCommand command = Command(transaction, sql);
        command.Parameters.AddWithValue("$owner", owner);
        command.Parameters.AddWithValue("$ticket", ticket);
        return command.ExecuteNonQuery();
    }
}
