using System.Diagnostics.Metrics;
using LlmStack.Tests.Calls;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace LlmStack.Tests.Diagnostics;

public sealed class RouteMetricsTests : IDisposable
{
    private readonly TestMeterFactory _meters = new();

    public void Dispose() => _meters.Dispose();

    private CallHarness Make() => new(
        llm =>
        {
            llm.AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.MaxConcurrency = 1).FallBackTo("smart"))
                .AddModelGroup("smart", g => g.AddDeployment("b/m"));
            llm.Services.AddSingleton<IMeterFactory>(_meters);
        },
        "a",
        "b");

    [Fact]
    public async Task A_move_to_another_group_is_counted_with_its_cause()
    {
        using CallHarness h = Make();
        h["a"].OnCall(1).Throw(LlmErrorKind.NotFound, statusCode: 404);
        using var fallbacks = new MetricCollector<long>(_meters, "LlmStack", "llmstack.fallbacks");

        await h.Client.ChatAsync("fast", "Hello");
        await h.Client.ChatAsync("smart", "Hello");

        CollectedMeasurement<long> moved = Assert.Single(fallbacks.GetMeasurementSnapshot());
        Assert.Equal(("fast", "smart", "NotFound"), (moved.Tags["group"], moved.Tags["to"], moved.Tags["kind"]));
    }

    [Fact]
    public async Task Calls_under_way_and_those_that_wait_are_seen_while_they_are()
    {
        using CallHarness h = Make();
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(2));
        using var waiting = new MetricCollector<long>(_meters, "LlmStack", "llmstack.queue.waiting");
        using var inFlight = new MetricCollector<long>(_meters, "LlmStack", "llmstack.deployment.in_flight");
        using var waited = new MetricCollector<double>(_meters, "LlmStack", "llmstack.queue.duration");

        Task<ChatResponse> first = h.Client.ChatAsync("fast", "one");
        await h["a"].WaitForCallAsync(1);
        Task<ChatResponse> second = h.Client.ChatAsync("fast", "two");
        waiting.RecordObservableInstruments();
        inFlight.RecordObservableInstruments();
        await h.RunAsync(Task.WhenAll(first, second), TimeSpan.FromSeconds(1));

        CollectedMeasurement<long> one = Assert.Single(waiting.GetMeasurementSnapshot());
        Assert.Equal((1L, "a/m"), (one.Value, one.Tags["deployment"]));
        Assert.Equal(1, inFlight.GetMeasurementSnapshot().Single(m => (string?)m.Tags["deployment"] == "a/m").Value);
        Assert.Equal(0, inFlight.GetMeasurementSnapshot().Single(m => (string?)m.Tags["deployment"] == "b/m").Value);
        CollectedMeasurement<double> wait = Assert.Single(waited.GetMeasurementSnapshot());
        Assert.Equal("fast", wait.Tags["group"]);
        Assert.InRange(wait.Value, 1, 10);
    }

    [Fact]
    public async Task The_time_between_the_chunks_of_a_stream_is_measured_for_each_after_the_first()
    {
        using CallHarness h = Make();
        h["a"].OnCall(1).DelayBetweenPieces(TimeSpan.FromSeconds(1)).Stream("a", "b", "c");
        using var chunks = new MetricCollector<double>(_meters, "LlmStack", "gen_ai.client.operation.time_per_output_chunk");

        await h.RunAsync(h.StreamAsync("fast"), TimeSpan.FromSeconds(1));

        IReadOnlyList<CollectedMeasurement<double>> times = chunks.GetMeasurementSnapshot();
        Assert.Equal(2, times.Count);
        Assert.All(times, time => Assert.InRange(time.Value, 1, 3));
        Assert.All(times, time => Assert.Equal("chat", time.Tags["gen_ai.operation.name"]));
    }

    [Fact]
    public async Task OpenTelemetry_takes_the_buckets_that_the_conventions_advise()
    {
        List<Metric> exported = [];
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder().AddLlmStackInstrumentation().AddInMemoryExporter(exported).Build();
        using CallHarness h = Make();
        h["a"].OnCall(1).Stream("a", "b").Usage(10, 2);
        await h.StreamAsync("fast");
        Assert.True(provider.ForceFlush());

        Assert.Equal([0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92], Bounds("gen_ai.client.operation.duration"));
        Assert.Equal(Bounds("gen_ai.client.operation.duration"), Bounds("gen_ai.client.operation.time_to_first_chunk"));
        Assert.Equal(Bounds("gen_ai.client.operation.duration"), Bounds("gen_ai.client.operation.time_per_output_chunk"));
        Assert.Equal([1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864], Bounds("gen_ai.client.token.usage"));

        double[] Bounds(string name)
        {
            List<double> bounds = [];
            foreach (ref readonly MetricPoint point in exported.First(metric => metric.Name == name).GetMetricPoints())
            {
                foreach (HistogramBucket bucket in point.GetHistogramBuckets())
                {
                    bounds.Add(bucket.ExplicitBound);
                }

                break;
            }

            return [.. bounds.Where(double.IsFinite)];
        }
    }
}
