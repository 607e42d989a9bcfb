using LlmStack.Limits.Ledger;
using Microsoft.Data.Sqlite;

namespace LlmStack.Sqlite;

/// <summary>The tables of the file. Times are milliseconds since 1970 in UTC.</summary>
/// <remarks>
/// <c>line</c> has one row for each billed attempt; <c>scope</c> the combinations of names they have in common, <c>scope_tag</c> the tags
/// of those; <c>open_attempt</c> the attempts under way, by the process in <c>owner</c>; <c>recovered</c> the lines that were made of
/// attempts whose process was gone, in case it comes back.
/// </remarks>
internal static class SqliteSchema
{
    /// <summary>Written into the file; a newer one is not touched. 2: images.</summary>
    public const int Version = 2;

    /// <summary>The bytes "LlmL", so that another program's file is not taken for ours.</summary>
    private const int ApplicationId = 0x4C6C6D4C;
    private static readonly string[] TablesOfLines = ["line", "open_attempt"];

    /// <summary>Checks whose the file is and makes what is missing, be it the columns that an earlier version did not know.</summary>
    /// <exception cref="LedgerFileException">It is another program's, or a later version's.</exception>
    public static void Ensure(SqliteConnection connection)
    {
        if (Matches(connection))
        {
            return;
        }

        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);

        // Another process may have been faster.
        if (!Matches(connection))
        {
            Execute(connection, Scalar(connection, "PRAGMA user_version") == 0 ? Tables() : MissingColumns(connection));
        }

        transaction.Commit();
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static bool Matches(SqliteConnection connection)
    {
        long application = Scalar(connection, "PRAGMA application_id");
        long version = Scalar(connection, "PRAGMA user_version");
        if (application == ApplicationId)
        {
            return version <= Version ? version == Version : throw new LedgerFileException($"has the schema version {version}; this version of LlmStack knows {Version}: update it, or use another file");
        }

        return Scalar(connection, "SELECT COUNT(*) FROM sqlite_master") == 0 ? false : throw new LedgerFileException("is the database of another program; use another file");
    }

    private static string MissingColumns(SqliteConnection connection)
    {
        IEnumerable<string> added =
            from table in TablesOfLines
            from column in LineColumns.Names
            where Scalar(connection, $"SELECT COUNT(*) FROM pragma_table_info('{table}') WHERE name = '{column}'") == 0
            select $"ALTER TABLE {table} ADD COLUMN {LineColumns.Definition(column)};";
        return $"{string.Concat(added)}PRAGMA user_version = {Version};";
    }

    private static string Tables()
    {
        var names = new List<string>();
        for (LedgerDimension dimension = 0; dimension < (LedgerDimension)LedgerScope.Count; dimension++)
        {
            names.Add($"\"{LedgerNames.NameOf(dimension)}\" TEXT");
        }

        return $"""
            CREATE TABLE scope (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, {string.Join(", ", names)});
            CREATE TABLE scope_tag (scope INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (scope, tag)) WITHOUT ROWID;
            CREATE TABLE line (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, scope INTEGER NOT NULL, {LineColumns.Definitions()});
            CREATE INDEX line_at ON line (at);
            CREATE TABLE owner (id TEXT PRIMARY KEY, machine TEXT NOT NULL, process INTEGER NOT NULL, started INTEGER NOT NULL, lease INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE open_attempt (owner TEXT NOT NULL, ticket INTEGER NOT NULL, at INTEGER NOT NULL, scope INTEGER NOT NULL, {LineColumns.Definitions()}, PRIMARY KEY (owner, ticket)) WITHOUT ROWID;
            CREATE TABLE recovered (owner TEXT NOT NULL, ticket INTEGER NOT NULL, line INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (owner, ticket)) WITHOUT ROWID;
            PRAGMA application_id = {ApplicationId};
            PRAGMA user_version = {Version};
            """;
    }
}
