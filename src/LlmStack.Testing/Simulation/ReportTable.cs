using System.Globalization;
using System.Text;

namespace LlmStack.Testing.Simulation;

/// <summary>A report as text: the same rows for people and for Markdown.</summary>
internal static class ReportTable
{
    private static readonly string[] Columns = ["deployment", "expected", "share", "attempts", "served", "failed attempts", "p50", "p95", "p99", "cost", "cooldowns", "worst second"];

    public static string Markdown(SimulationReport report)
    {
        var text = new StringBuilder();
        foreach (string line in Figures(report))
        {
            text.Append("* ").Append(line).Append('\n');
        }

        text.Append('\n').Append("| ").AppendJoin(" | ", Columns).Append(" |\n|").Insert(text.Length, "---|", Columns.Length).Append('\n');
        foreach (DeploymentReport deployment in report.Deployments)
        {
            text.Append("| ").AppendJoin(" | ", Row(deployment)).Append(" |\n");
        }

        return text.ToString();
    }

    public static string Text(SimulationReport report)
    {
        List<string[]> rows = [Columns, .. report.Deployments.Select(Row)];
        int[] widths = [.. Columns.Select((_, column) => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Scenario} (seed {report.Seed})\n");
        foreach (string line in Figures(report))
        {
            text.Append("  ").Append(line).Append('\n');
        }

        foreach (string[] row in rows)
        {
            text.Append("  ").AppendJoin("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<string> Figures(SimulationReport report)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{report.Calls} calls in {report.Duration.TotalSeconds:0} s: {report.Served} served, {report.Lost} lost, {report.Cut} streams cut, {report.Refused} refused; errors: {KindCounts.Text(report.Errors)}");
        yield return string.Create(CultureInfo.InvariantCulture, $"{report.AttemptsPerCall:0.0000} attempts per call; latency p50 {Time(report.MedianLatency)}, p95 {Time(report.P95Latency)}, p99 {Time(report.P99Latency)}; first update of streams p50 {Time(report.MedianFirstToken)}; cost {Money(report.Cost)}");
        foreach (OutageReport outage in report.Outages)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"outage of {outage.Deployment} from {outage.From.TotalSeconds:0} to {outage.To.TotalSeconds:0} s: taken out after {Time(outage.DetectedAfter)}, {outage.AttemptsPerCall:0.0000} attempts per call meanwhile, {Back(outage)}");
        }
    }

    private static string Back(OutageReport outage) => outage.FullShareAfter is { } after
        ? string.Create(CultureInfo.InvariantCulture, $"full share again {after.TotalSeconds:0.#} s after its end (last cooldown {Time(outage.LastCooldown)}, slow start {Time(outage.SlowStart)})")
        : "never at its full share again";

    private static string[] Row(DeploymentReport deployment) =>
    [
        deployment.Deployment,
        Percent(deployment.ExpectedShare),
        Percent(deployment.Share),
        deployment.Attempts.ToString(CultureInfo.InvariantCulture),
        deployment.Served.ToString(CultureInfo.InvariantCulture),
        KindCounts.Text(deployment.Errors),
        Time(deployment.MedianLatency),
        Time(deployment.P95Latency),
        Time(deployment.P99Latency),
        Money(deployment.Cost),
        deployment.Cooldowns.ToString(CultureInfo.InvariantCulture),
        deployment.WorstShare is { } worst ? string.Create(CultureInfo.InvariantCulture, $"{worst:0.00} ×") : "–",
    ];

    private static string Percent(double? share) => share is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known * 100:0.0} %") : "–";

    private static string Time(TimeSpan? time) => time is not { } known ? "–"
        : known.TotalSeconds >= 10 ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalSeconds:0.#} s")
        : string.Create(CultureInfo.InvariantCulture, $"{known.TotalMilliseconds:0} ms");

    private static string Money(decimal? cost) => cost is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.00} USD") : "–";
}
