using LlmStack.Catalog;
using Microsoft.Data.Sqlite;

namespace LlmStack.Sqlite;

/// <summary>The figures of a line and their columns.</summary>
internal static class LineColumns
{
    /// <summary>Counts, amounts in two columns each, then the buckets of usage.</summary>
    public static readonly string[] Names = Make();

    private const int Counts = 6;
    private const int Amounts = 8;

    /// <summary>All of them, for a statement.</summary>
    public static string List(string prefix = "") => string.Join(", ", Array.ConvertAll(Names, name => prefix + name));

    public static string Sums(string table) => string.Join(", ", Array.ConvertAll(Names, name => $"SUM({table}.{name})"));

    public static string Definitions() => string.Join(", ", Array.ConvertAll(Names, Definition));

    public static string Definition(string name) => name + " INTEGER NOT NULL DEFAULT 0";

    public static string Parameters() => string.Join(", ", Array.ConvertAll(Names, static name => "$" + name));

    public static SqliteParameter[] AddParameters(SqliteCommand command) => Array.ConvertAll(Names, name => command.Parameters.Add("$" + name, SqliteType.Integer));

    public static void Bind(SqliteParameter[] parameters, LedgerTotals totals)
    {
        ReadOnlySpan<long> counts = [totals.Attempts, totals.Failed, totals.Cancelled, totals.MayHaveBeenBilled, totals.Estimated, totals.Unpriced];
        for (int i = 0; i < Counts; i++)
        {
            parameters[i].Value = counts[i];
        }

        ReadOnlySpan<decimal> amounts = [totals.Spent, totals.ComputedCost, totals.CacheSavings, totals.CacheSurcharge];
        for (int i = 0; i < amounts.Length; i++)
        {
            (long nano, long atto) = Money.Split(amounts[i]);
            parameters[Counts + (2 * i)].Value = nano;
            parameters[Counts + (2 * i) + 1].Value = atto;
        }

        for (int i = 0; i < UsageBuckets.Count; i++)
        {
            parameters[Counts + Amounts + i].Value = totals.Buckets[(UsageBucket)i];
        }
    }

    /// <summary>Reads the figures from a column on; null when there is no line behind them.</summary>
    public static LedgerTotals? Read(SqliteDataReader reader, int first)
    {
        if (reader.IsDBNull(first))
        {
            return null;
        }

        var totals = new LedgerTotals
        {
            Attempts = reader.GetInt64(first),
            Failed = reader.GetInt64(first + 1),
            Cancelled = reader.GetInt64(first + 2),
            MayHaveBeenBilled = reader.GetInt64(first + 3),
            Estimated = reader.GetInt64(first + 4),
            Unpriced = reader.GetInt64(first + 5),
            Spent = Amount(0),
            ComputedCost = Amount(1),
            CacheSavings = Amount(2),
            CacheSurcharge = Amount(3),
        };
        for (int i = 0; i < UsageBuckets.Count; i++)
        {
            totals.Buckets.Set((UsageBucket)i, reader.GetInt64(first + Counts + Amounts + i));
        }

        return totals;

        decimal Amount(int i) => Money.Join(reader.GetInt64(first + Counts + (2 * i)), reader.GetInt64(first + Counts + (2 * i) + 1));
    }

    private static string[] Make()
    {
        var names = new List<string>
        {
            "attempts", "failed", "cancelled", "maybe_billed", "estimated", "unpriced",
            "cost_nano", "cost_atto", "computed_nano", "computed_atto", "savings_nano", "savings_atto", "surcharge_nano", "surcharge_atto",
        };
        for (UsageBucket bucket = 0; bucket < (UsageBucket)UsageBuckets.Count; bucket++)
        {
            names.Add("n_" + UsageBucketNames.NameOf(bucket));
        }

        return [.. names];
    }
}
