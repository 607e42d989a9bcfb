using System.Buffers;
using System.Globalization;
using System.Text;

namespace LlmStack.Limits.Ledger;

/// <summary>The lines of a report as CSV.</summary>
internal static class CsvText
{
    private const string Figures =
        "attempts,failed,cancelled,may_have_been_billed,estimated,unpriced,cost_usd,computed_cost_usd,cache_savings_usd,cache_surcharge_usd,"
        + "input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens";

    /// <summary>Signs that end a field, here or elsewhere, and the quote itself.</summary>
    private static readonly SearchValues<char> ToQuote = SearchValues.Create("\",;\t\r\n");

    public static void Headings(StringBuilder line, LedgerQuery query, bool byTime)
    {
        if (byTime)
        {
            line.Append("start,");
        }

        foreach (LedgerDimension dimension in query.GroupBy)
        {
            line.Append(LedgerNames.NameOf(dimension)).Append(',');
        }

        line.Append(Figures);
    }

    public static void Row(StringBuilder line, LedgerRow row, bool byTime)
    {
        if (byTime)
        {
            line.Append(CultureInfo.InvariantCulture, $"{row.Start!.Value.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'},");
        }

        foreach (string? value in row.Values)
        {
            Text(line, value);
            line.Append(',');
        }

        LedgerTotals totals = row.Totals;
        line.Append(CultureInfo.InvariantCulture, $"{totals.Attempts},{totals.Failed},{totals.Cancelled},{totals.MayHaveBeenBilled},{totals.Estimated},{totals.Unpriced},");
        line.Append(CultureInfo.InvariantCulture, $"{totals.Cost},{totals.ComputedCost},{totals.CacheSavings},{totals.CacheSurcharge},");
        line.Append(CultureInfo.InvariantCulture, $"{totals.InputTokens},{totals.CachedInputTokens},{totals.CacheWriteTokens},{totals.OutputTokens},{totals.ReasoningTokens}");
    }

    /// <summary>
    /// A name, quoted where it must be. Users choose some of them, so none may become a formula in somebody's spreadsheet, neither at once nor
    /// behind a sign that a spreadsheet of another country takes for the end of a field: those do not read our quotes as quotes.
    /// </summary>
    public static void Text(StringBuilder line, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        bool quote = IsFormulaSign(value[0]) || value.AsSpan().ContainsAny(ToQuote) || value[0] == ' ' || value[^1] == ' ';
        if (!quote)
        {
            line.Append(value);
            return;
        }

        line.Append(value[0] is '\t' or '\r' or '\n' ? "\"'" : "\"");
        char before = ';';
        foreach (char c in value)
        {
            if (IsFormulaSign(c) && before is ';' or '\t' or '\r' or '\n')
            {
                line.Append('\'');
            }

            line.Append(c);
            if (c == '"')
            {
                line.Append(c);
            }

            before = c;
        }

        line.Append('"');
    }

    private static bool IsFormulaSign(char c) => c is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠';
}
