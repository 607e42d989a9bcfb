using LlmStack.Diagnostics;
using LlmStack.Diagnostics.Events;
using LlmStack.Health;
using LlmStack.Routing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Diagnostics;

public sealed class CallTelemetryTests
{
    private readonly FakeLogger<CallTelemetry> _logger = new();

    [Fact]
    public void A_failed_call_is_one_line_without_content()
    {
        using CallTelemetry telemetry = Make();
        CallRoute route = Calls.Route();
        route.Add(Calls.Attempt(LlmErrorKind.RateLimited));
        telemetry.CallFinished(Calls.Failed(route));
        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal((1100, LogLevel.Warning), (record.Id.Id, record.Level));
        Assert.Equal("chat for fast failed as RateLimited after 1 attempts and 00:00:02: group fast, last deployment p/m, status 429, request req-1", record.Message);
        Assert.DoesNotContain("secret", string.Concat(record.Message, record.Exception, string.Join(' ', record.StructuredState!)), StringComparison.Ordinal);
    }

    [Fact]
    public void Succeeded_and_cancelled_calls_write_no_line()
    {
        using CallTelemetry telemetry = Make();
        telemetry.CallFinished(Calls.Succeeded());
        telemetry.CallFinished(Calls.Succeeded() with { Cancelled = true });
        Assert.Empty(_logger.Collector.GetSnapshot());
        Assert.Equal(2, telemetry.RecentCalls.Count);
    }

    [Fact]
    public void A_cooldown_is_one_line_at_its_start_and_one_at_its_end()
    {
        using CallTelemetry telemetry = Make();
        var deployment = new Deployment("p/m", "p", "m");
        telemetry.CooldownChanged(new CooldownChange(deployment, true, TimeSpan.FromSeconds(5), LlmErrorKind.Overloaded));
        telemetry.CooldownChanged(new CooldownChange(deployment, false, TimeSpan.Zero, LlmErrorKind.Unknown));
        Assert.Equal(
            [(1200, "p/m cools for 00:00:05 after Overloaded"), (1201, "p/m is back")],
            _logger.Collector.GetSnapshot().Select(static record => (record.Id.Id, record.Message)));
    }

    [Theory]
    [InlineData(0, 5, 0)]
    [InlineData(4, 3, 3)]
    [InlineData(4, 9, 4)]
    public void The_ring_is_bounded_and_newest_first(int capacity, int calls, int kept)
    {
        using CallTelemetry telemetry = Make(capacity);
        for (int i = 1; i <= calls; i++)
        {
            telemetry.CallFinished(Calls.Succeeded(Calls.Route("call-" + i)));
        }

        Assert.Equal(Enumerable.Range(0, kept).Select(i => "call-" + (calls - i)), telemetry.RecentCalls.Select(static route => route.RequestedName));
    }

    [Fact]
    public void A_call_without_listeners_allocates_nothing()
    {
        using CallTelemetry telemetry = Make();
        CallOutcome outcome = Calls.Succeeded();
        telemetry.CallFinished(outcome);
        long before = GC.GetAllocatedBytesForCurrentThread();
        telemetry.CallFinished(outcome);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Metrics_carry_the_names_and_tags_of_the_conventions()
    {
        var meters = new TestMeterFactory();
        using CallTelemetry telemetry = Make(meters: meters);
        using var duration = new MetricCollector<double>(meters, MetricNames.Meter, "gen_ai.client.operation.duration");
        using var first = new MetricCollector<double>(meters, MetricNames.Meter, "gen_ai.client.operation.time_to_first_chunk");
        using var tokens = new MetricCollector<long>(meters, MetricNames.Meter, "gen_ai.client.token.usage");
        using var calls = new MetricCollector<long>(meters, MetricNames.Meter, "llmstack.calls");
        using var attempts = new MetricCollector<long>(meters, MetricNames.Meter, "llmstack.attempts");
        using var cost = new MetricCollector<double>(meters, MetricNames.Meter, "llmstack.cost");
        using var cooldowns = new MetricCollector<long>(meters, MetricNames.Meter, "llmstack.cooldowns");
        CallRoute route = Calls.Route();
        route.Add(Calls.Attempt(LlmErrorKind.Timeout));
        route.Add(Calls.Attempt(null));

        telemetry.CallFinished(Calls.Succeeded(route));
        telemetry.CallFinished(Calls.Failed());
        telemetry.CooldownChanged(new CooldownChange(route.Served!, true, TimeSpan.FromSeconds(5), LlmErrorKind.RateLimited));

        Assert.Equal([null, "RateLimited"], duration.GetMeasurementSnapshot().Select(static m => m.Tags.GetValueOrDefault("error.type")));
        Assert.Equal(("chat", "p", "m"), Tags(duration.GetMeasurementSnapshot()[0].Tags, "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model"));
        Assert.Equal(2, duration.GetMeasurementSnapshot()[0].Value);
        Assert.Equal(0.5, Assert.Single(first.GetMeasurementSnapshot()).Value);
        Assert.Equal([(1_000_000L, (object?)"input"), (500_000L, "output")], tokens.GetMeasurementSnapshot().Select(static m => (m.Value, m.Tags["gen_ai.token.type"])));
        Assert.Equal(["None", "RateLimited"], calls.GetMeasurementSnapshot().Select(static m => m.Tags["kind"]));
        Assert.Equal(["Timeout", "None"], attempts.GetMeasurementSnapshot().Select(static m => m.Tags["kind"]));
        Assert.Equal(("p", "fast", "p/m"), Tags(attempts.GetMeasurementSnapshot()[0].Tags, "provider", "group", "deployment"));
        Assert.Equal(2, Assert.Single(cost.GetMeasurementSnapshot()).Value);
        Assert.Equal("RateLimited", Assert.Single(cooldowns.GetMeasurementSnapshot()).Tags["kind"]);
    }

    [Fact]
    public void An_unknown_price_is_counted_each_time_and_told_once_for_a_model()
    {
        var meters = new TestMeterFactory();
        using CallTelemetry telemetry = Make(meters: meters);
        using var unknown = new MetricCollector<long>(meters, MetricNames.Meter, "llmstack.price.unknown");
        for (int i = 0; i < 3; i++)
        {
            CallRoute route = Calls.Route();
            route.Served = new Deployment($"p/{i / 2}", "p", (i / 2).ToString(System.Globalization.CultureInfo.InvariantCulture));
            telemetry.CallFinished(Calls.Succeeded(route));
        }

        Assert.Equal(3, unknown.GetMeasurementSnapshot().Count);
        Assert.Equal(2, _logger.Collector.GetSnapshot().Count(static line => line.Id.Id == 1101));
    }

    [Fact]
    public void A_cost_that_is_off_what_the_provider_says_is_counted()
    {
        var meters = new TestMeterFactory();
        using CallTelemetry telemetry = Make(meters: meters);
        using var deviations = new MetricCollector<long>(meters, MetricNames.Meter, "llmstack.price.deviations");
        using var cost = new MetricCollector<double>(meters, MetricNames.Meter, "llmstack.cost");
        foreach (decimal reported in (decimal[])[2m, 2.01m, 2.5m])
        {
            CallRoute route = Calls.Route();
            route.Billing = new LlmStack.Catalog.BillingTerms { ReportedCost = reported };
            telemetry.CallFinished(Calls.Succeeded(route));
        }

        Assert.Single(deviations.GetMeasurementSnapshot());
        Assert.Equal([2, 2.01, 2.5], cost.GetMeasurementSnapshot().Select(static m => m.Value));
    }

    private static (object?, object?, object?) Tags(IReadOnlyDictionary<string, object?> tags, string a, string b, string c) => (tags[a], tags[b], tags[c]);

    private CallTelemetry Make(int capacity = 4, TestMeterFactory? meters = null) =>
        new(_logger, new CallMetrics(meters), new HealthTracker(new FakeTimeProvider()), new LlmEventSource(new FakeTimeProvider(), new FakeLogger<LlmEventSource>()), capacity);
}
