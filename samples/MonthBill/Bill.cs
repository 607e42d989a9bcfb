using System.Globalization;
using System.Text;
using LlmStack;

namespace MonthBill;

/// <summary>The bill as text.</summary>
internal static class Bill
{
    public static string Of(LedgerReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"team",-10} {"provider",-10} {"attempts",9} {"tokens in",12} {"cached",7} {"tokens out",11} {"cost $",10} {"saved $",9} {"written $",9}");
        foreach (LedgerRow row in report.Rows)
        {
            text.AppendLine(Line(row.Values[0]!, row.Values[1]!, row.Totals));
        }

        return text.AppendLine(Line("total", "", report.Total)).ToString();
    }

    private static string Line(string team, string provider, LedgerTotals totals) => string.Create(
        CultureInfo.InvariantCulture,
        $"{team,-10} {provider,-10} {totals.Attempts,9:N0} {totals.InputTokens,12:N0} {(double)totals.CachedInputTokens / Math.Max(1, totals.InputTokens),7:P0} {totals.OutputTokens,11:N0} {totals.Cost,10:N4} {totals.CacheSavings,9:N4} {totals.CacheSurcharge,9:N4}");
}
