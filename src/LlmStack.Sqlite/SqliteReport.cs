using System.Globalization;
using LlmStack.Limits.Ledger;
using Microsoft.Data.Sqlite;

namespace LlmStack.Sqlite;

/// <summary>Asks the file: SQLite adds up, and what comes back are the rows of the report.</summary>
internal static class SqliteReport
{
    private const string Tag = "t.tag";

    public static LedgerReport Read(SqliteConnection connection, LedgerQuery query)
    {
        var groups = new LedgerGroups(query);

        // One state of the file for both questions.
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
        bool byTag = query.GroupBy.Contains(LedgerDimension.Tag);
        using (SqliteCommand command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = Sql(query);
            Bind(command, query);
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                ReadRow(reader, query, groups, addsUp: !byTag);
            }
        }

        if (byTag)
        {
            using SqliteCommand total = connection.CreateCommand();
            total.Transaction = transaction;
            LedgerQuery all = query with { GroupBy = [], Interval = LedgerInterval.None };
            total.CommandText = Sql(all);
            Bind(total, all);
            using SqliteDataReader reader = total.ExecuteReader();
            if (reader.Read() && LineColumns.Read(reader, 0) is { } sum)
            {
                groups.Total.Add(sum);
            }
        }

        return groups.ToReport();
    }

    /// <summary>The statement behind a query.</summary>
    public static string Sql(LedgerQuery query)
    {
        var keys = new List<string>();
        if (query.Interval != LedgerInterval.None)
        {
            keys.Add(StartOf(query.Interval));
        }

        foreach (LedgerDimension dimension in query.GroupBy)
        {
            keys.Add(ColumnOf(dimension));
        }

        bool byTag = query.GroupBy.Contains(LedgerDimension.Tag);
        bool byScope = query.Where.Count > 0 || query.GroupBy.Count > (byTag ? 1 : 0);
        string from = "line l"
            + (byScope ? " JOIN scope s ON s.id = l.scope" : "")
            + (byTag ? " LEFT JOIN scope_tag t ON t.scope = l.scope" : "");
        string list = string.Join(", ", keys);
        return $"SELECT {(keys.Count > 0 ? list + ", " : "")}{LineColumns.Sums("l")} FROM {from}{Conditions(query)}{(keys.Count > 0 ? " GROUP BY " + Positions(keys.Count) : "")}";
    }

    private static void ReadRow(SqliteDataReader reader, LedgerQuery query, LedgerGroups groups, bool addsUp)
    {
        int column = 0;
        long start = query.Interval == LedgerInterval.None ? 0 : Start(reader, query.Interval, column++);
        string?[] values = new string?[query.GroupBy.Count];
        for (int i = 0; i < values.Length; i++, column++)
        {
            values[i] = reader.IsDBNull(column) ? null : reader.GetString(column);
        }

        if (LineColumns.Read(reader, column) is { } totals)
        {
            groups.AddRow(start, values, totals);
            if (addsUp)
            {
                groups.Total.Add(totals);
            }
        }
    }

    private static string StartOf(LedgerInterval interval) => interval switch
    {
        LedgerInterval.Hour => "l.at / 3600000",
        LedgerInterval.Day => "l.at / 86400000",
        _ => "strftime('%Y-%m', l.at / 1000, 'unixepoch')",
    };

    private static long Start(SqliteDataReader reader, LedgerInterval interval, int column) => interval switch
    {
        LedgerInterval.Hour => SqliteTime.ToTicks(reader.GetInt64(column) * 3_600_000),
        LedgerInterval.Day => SqliteTime.ToTicks(reader.GetInt64(column) * 86_400_000),
        _ => DateTime.ParseExact(reader.GetString(column), "yyyy-MM", CultureInfo.InvariantCulture).Ticks,
    };

    private static string ColumnOf(LedgerDimension dimension) => dimension == LedgerDimension.Tag ? Tag : $"s.\"{LedgerNames.NameOf(dimension)}\"";

    private static string Positions(int count)
    {
        string[] positions = new string[count];
        for (int i = 0; i < count; i++)
        {
            positions[i] = (i + 1).ToString(CultureInfo.InvariantCulture);
        }

        return string.Join(", ", positions);
    }

    private static string Conditions(LedgerQuery query)
    {
        var conditions = new List<string>();
        if (query.From is not null)
        {
            conditions.Add("l.at >= $from");
        }

        if (query.To is not null)
        {
            conditions.Add("l.at < $to");
        }

        foreach ((LedgerDimension dimension, string? value) in query.Where)
        {
            string parameter = Parameter(dimension);
            conditions.Add((dimension, value) switch
            {
                (LedgerDimension.Tag, null) => "NOT EXISTS (SELECT 1 FROM scope_tag w WHERE w.scope = l.scope)",
                (LedgerDimension.Tag, _) => $"EXISTS (SELECT 1 FROM scope_tag w WHERE w.scope = l.scope AND w.tag = {parameter})",
                (_, null) => $"{ColumnOf(dimension)} IS NULL",
                _ => $"{ColumnOf(dimension)} = {parameter}",
            });
        }

        return conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);
    }

    private static void Bind(SqliteCommand command, LedgerQuery query)
    {
        if (query.From is { } from)
        {
            command.Parameters.AddWithValue("$from", SqliteTime.Ceiling(from));
        }

        if (query.To is { } to)
        {
            command.Parameters.AddWithValue("$to", SqliteTime.Ceiling(to));
        }

        foreach ((LedgerDimension dimension, string? value) in query.Where)
        {
            if (value is not null)
            {
                command.Parameters.AddWithValue(Parameter(dimension), value);
            }
        }
    }

    private static string Parameter(LedgerDimension dimension) => "$w_" + LedgerNames.NameOf(dimension);
}
