using System.Globalization;
using System.Text;
using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Limits.Ledger;

namespace LlmStack.Tests.Limits;

public sealed class LedgerExportTests
{
    private static LedgerReport Report(params string?[] teams)
    {
        var query = new LedgerQuery { GroupBy = [LedgerDimension.Team, LedgerDimension.Group], Interval = LedgerInterval.Day };
        var groups = new LedgerGroups(query);
        decimal cost = teams.Length;
        foreach (string? team in teams)
        {
            var scope = new LedgerScope();
            scope[LedgerDimension.Team] = team;
            scope[LedgerDimension.Group] = "fast";
            var totals = new LedgerTotals { Attempts = 2, Failed = 1, Spent = cost - 0.5m, ComputedCost = 1.25m, CacheSavings = -0.001m };
            totals.Buckets.Set(UsageBucket.Input, 7);
            totals.Buckets.Set(UsageBucket.Reasoning, 3);
            groups.Add(new DateTimeOffset(2026, 11, 28, 5, 0, 0, TimeSpan.Zero).UtcTicks, scope, totals);
            cost--;
        }

        return groups.ToReport();
    }

    private static async Task<string> CsvAsync(LedgerReport report)
    {
        using var stream = new MemoryStream();
        await report.WriteCsvAsync(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public async Task Csv_has_headings_and_a_line_for_each_row_whatever_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        try
        {
            Assert.Equal(
                "start,team,model_group,attempts,failed,cancelled,may_have_been_billed,estimated,unpriced,cost_usd,computed_cost_usd,cache_savings_usd,cache_surcharge_usd,"
                + "input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens\r\n"
                + "2026-11-28T00:00:00Z,search,fast,2,1,0,0,0,0,1.5,1.25,-0.001,0,7,0,0,3,3\r\n"
                + "2026-11-28T00:00:00Z,,fast,2,1,0,0,0,0,0.5,1.25,-0.001,0,7,0,0,3,3\r\n",
                await CsvAsync(Report("search", null)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("=HYPERLINK(1)", "\"'=HYPERLINK(1)\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("a,\"b\"\r\nc", "\"a,\"\"b\"\"\r\nc\"")]
    [InlineData("a;=1+1", "\"a;'=1+1\"")]
    [InlineData("a\n@SUM(A1)", "\"a\n'@SUM(A1)\"")]
    [InlineData("a;b", "\"a;b\"")]
    [InlineData("a,-1", "\"a,-1\"")]
    [InlineData("plain-name", "plain-name")]
    [InlineData("Käthe", "Käthe")]
    public async Task A_name_cannot_become_a_formula_or_break_a_line(string team, string written) =>
        Assert.Contains($"T00:00:00Z,{written},fast,", await CsvAsync(Report(team)), StringComparison.Ordinal);

    [Fact]
    public async Task Json_has_the_rows_and_the_total()
    {
        using var stream = new MemoryStream();
        await Report("search", null).WriteJsonAsync(stream);
        using JsonDocument json = JsonDocument.Parse(stream.ToArray());
        JsonElement row = json.RootElement.GetProperty("rows")[0];
        Assert.Equal(2, json.RootElement.GetProperty("rows").GetArrayLength());
        Assert.Equal(("2026-11-28T00:00:00Z", "search", "fast", 1.5m), (row.GetProperty("start").GetString(), row.GetProperty("team").GetString(), row.GetProperty("model_group").GetString(), row.GetProperty("cost").GetDecimal()));
        Assert.Equal("""{"input":7,"output_reasoning_tokens":3}""", row.GetProperty("usage").GetRawText());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("rows")[1].GetProperty("team").ValueKind);
        Assert.Equal((4, 2m), (json.RootElement.GetProperty("total").GetProperty("attempts").GetInt64(), json.RootElement.GetProperty("total").GetProperty("cost").GetDecimal()));
    }

    [Fact]
    public async Task An_unknown_cost_is_null_and_empty_never_0()
    {
        var groups = new LedgerGroups(new LedgerQuery());
        groups.Add(0, new LedgerScope(), new LedgerTotals { Attempts = 1, Unpriced = 1 });
        LedgerReport report = groups.ToReport();
        using var stream = new MemoryStream();
        await report.WriteJsonAsync(stream);
        Assert.Contains("\"cost\":null", Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
        Assert.Contains("1,0,0,0,0,1,,0,0,0", await CsvAsync(report), StringComparison.Ordinal);
    }
}
