using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using LlmStack.Diagnostics;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Docs;

/// <summary>The dashboard and the alerts name only metrics that exist, as an OpenTelemetry exporter names them in Prometheus.</summary>
public sealed partial class MonitoringTests
{
    /// <summary>Units in words become part of the name; those in braces do not.</summary>
    private static readonly HashSet<string> InSeconds = [MetricNames.OperationDuration, MetricNames.TimeToFirstChunk];

    private static string Folder => Path.Combine(Repository.Root, "docs", "monitoring");

    private static HashSet<string> Known()
    {
        HashSet<string> names = [];
        foreach (FieldInfo field in typeof(MetricNames).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            string name = (string)field.GetRawConstantValue()!;
            string flat = name.Replace('.', '_') + (InSeconds.Contains(name) ? "_seconds" : "");
            names.Add(flat + "_total");
            names.UnionWith([flat + "_bucket", flat + "_sum", flat + "_count"]);
        }

        return names;
    }

    [Theory]
    [InlineData("grafana-dashboard.json", 12)]
    [InlineData("prometheus-alerts.yml", 9)]
    public void Every_metric_that_is_named_exists(string file, int atLeast)
    {
        string[] used = [.. Metric().Matches(File.ReadAllText(Path.Combine(Folder, file))).Select(static match => match.Value).Distinct()];
        Assert.Empty(used.Except(Known()));
        Assert.True(used.Length >= atLeast, string.Join(", ", used));
    }

    [Fact]
    public void The_dashboard_parses_and_every_panel_asks_something()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "grafana-dashboard.json")));
        JsonElement[] panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()];
        Assert.Equal(panels.Length, panels.Select(static panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels, static panel => Assert.NotEmpty(panel.GetProperty("targets")[0].GetProperty("expr").GetString()!));
    }

    [Fact]
    public void Every_kind_of_event_and_failure_that_an_alert_names_exists()
    {
        string alerts = File.ReadAllText(Path.Combine(Folder, "prometheus-alerts.yml"));
        foreach (Match match in Kind().Matches(alerts))
        {
            string kind = match.Groups["kind"].Value;
            Assert.True(Enum.TryParse<LlmEventKind>(kind, out _) || Enum.TryParse<LlmErrorKind>(kind, out _), kind);
        }
    }

    [GeneratedRegex(@"\b(?:llmstack|gen_ai_client)_[a-z_]+", RegexOptions.None, 10_000)]
    private static partial Regex Metric();

    [GeneratedRegex("kind=\"(?<kind>\\w+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Kind();
}
