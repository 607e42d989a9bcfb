using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using LlmStack.Diagnostics;
using LlmStack.Diagnostics.Events;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Diagnostics;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Docs;

/// <summary>The dashboard and the alerts name only metrics and labels that exist, as an OpenTelemetry exporter names them in Prometheus.</summary>
public sealed partial class MonitoringTests : IDisposable
{
    private readonly TestMeterFactory _meters = new();
    private readonly MeterListener _listener = new();

    /// <summary>The names of a metric in Prometheus, and the labels it was measured with.</summary>
    private readonly Dictionary<string, HashSet<string>> _labels = new(StringComparer.Ordinal);

    public MonitoringTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, _meters))
            {
                Know(instrument.Name, instrument.Unit, instrument.GetType().GetGenericTypeDefinition());
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Measured(instrument, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Measured(instrument, tags));
        _listener.Start();

        // Those of the packages beside this one.
        Know(MetricNames.LedgerFailures, "{batch}", typeof(Counter<>));
        Know(MetricNames.ExchangeFailures, "{exchange}", typeof(Counter<>));
        Know(MetricNames.ExchangeDuration, "s", typeof(Histogram<>));
    }

    private static string Folder => Path.Combine(Repository.Root, "docs", "monitoring");

    public void Dispose()
    {
        _listener.Dispose();
        _meters.Dispose();
    }

    /// <summary>Calls of every kind that the files look at, so that each metric has been measured.</summary>
    private async Task MeasureAsync()
    {
        var odd = new OddProvider
        {
            Chat = static (call, _) =>
            {
                call.Report.ReportedCost = 0.5m;
                var answer = new ChatResponse(new ChatMessage(ChatRole.Assistant, "hi")) { ModelId = call.Model, Usage = new UsageDetails { InputTokenCount = 1_000, OutputTokenCount = 100 } };
                return ValueTask.FromResult(answer);
            },
        };
        using var h = new CallHarness(
            llm =>
            {
                var price = new ModelPrice { InputPerMillion = 10, OutputPerMillion = 20 };
                llm.AddProvider("own", p => p.UseProvider(_ => odd))
                    .AddModelGroup("reports", g => g.AddDeployment("own/m", d => d.Price = price))
                    .AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Price = price))
                    .AddModelGroup("unpriced", static g => g.AddDeployment("a/nobody-knows"));
                llm.Services.AddSingleton<IMeterFactory>(_meters);
            },
            "a");
        h["a"].OnOtherCalls.Answer("x").Usage(5, 5);
        h["a"].OnCall(4).Throw(LlmErrorKind.NotFound, statusCode: 404);
        await h.Client.ChatAsync("reports", "Hello");
        await h.Client.ChatAsync("fast", "Hello");
        await h.Client.ChatAsync("unpriced", "Hello");
        await h.StreamAsync("fast");
        await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));
        await h.Get<LlmEventSource>().IdleAsync();
    }

    private void Know(string name, string? unit, Type kind)
    {
        // Units in words become part of the name; those in braces do not.
        string flat = name.Replace('.', '_') + (unit == "s" ? "_seconds" : "");
        var labels = new HashSet<string>(StringComparer.Ordinal);
        foreach (string end in (string[])(kind == typeof(Counter<>) ? ["_total"] : kind == typeof(Histogram<>) ? ["_bucket", "_sum", "_count"] : [""]))
        {
            _labels[flat + end] = labels;
        }
    }

    private void Measured(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string flat = instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "");
        HashSet<string> labels = _labels.GetValueOrDefault(flat + "_total") ?? _labels.GetValueOrDefault(flat + "_sum") ?? _labels[flat];
        lock (labels)
        {
            foreach ((string key, _) in tags)
            {
                labels.Add(key.Replace('.', '_'));
            }
        }
    }

    [Theory]
    [InlineData("grafana-dashboard.json", 12)]
    [InlineData("prometheus-alerts.yml", 9)]
    public async Task Every_metric_and_label_that_is_named_exists(string file, int atLeast)
    {
        await MeasureAsync();
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (string question in Questions(file))
        {
            string[] grouped = [.. By().Matches(question).SelectMany(static match => match.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)).Distinct()];
            MatchCollection metrics = Metric().Matches(question);
            Assert.True(metrics.Count > 0, question);
            foreach (Match metric in metrics)
            {
                string name = metric.Groups["name"].Value;
                used.Add(name);
                Assert.True(_labels.TryGetValue(name, out HashSet<string>? labels), $"{name} in {question}");
                foreach (string label in grouped.Concat(Selector().Matches(metric.Groups["selectors"].Value).Select(static match => match.Groups["label"].Value)))
                {
                    bool exists = labels.Contains(label) || (label == "le" && name.EndsWith("_bucket", StringComparison.Ordinal));
                    Assert.True(exists, $"{name} has no label {label}, only {string.Join(", ", labels)}: {question}");
                }
            }
        }

        Assert.True(used.Count >= atLeast, string.Join(", ", used));
    }

    private static IEnumerable<string> Questions(string file)
    {
        string text = File.ReadAllText(Path.Combine(Folder, file));
        if (file.EndsWith(".yml", StringComparison.Ordinal))
        {
            return [.. text.Split('\n').Select(static line => line.Trim()).Where(static line => line.StartsWith("expr:", StringComparison.Ordinal))];
        }

        using JsonDocument dashboard = JsonDocument.Parse(text);
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(static panel => panel.GetProperty("targets").EnumerateArray()).Select(static target => target.GetProperty("expr").GetString()!)];
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

    [GeneratedRegex(@"\b(?<name>(?:llmstack|gen_ai_client)_[a-z_]+)(?:\{(?<selectors>[^}]*)\})?", RegexOptions.None, 10_000)]
    private static partial Regex Metric();

    [GeneratedRegex(@"\bby \((?<labels>[^)]*)\)", RegexOptions.None, 10_000)]
    private static partial Regex By();

    [GeneratedRegex("(?<label>\\w+)\\s*(?:=~|!~|!=|=)", RegexOptions.None, 10_000)]
    private static partial Regex Selector();

    [GeneratedRegex("kind=\"(?<kind>\\w+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Kind();
}
