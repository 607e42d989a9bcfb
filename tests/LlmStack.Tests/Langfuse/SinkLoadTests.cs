using System.Diagnostics;
using System.Diagnostics.Metrics;
using LlmStack.Langfuse;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace LlmStack.Tests.Langfuse;

public sealed class SinkLoadTests
{
    [Fact]
    public async Task Under_parallel_load_every_span_is_delivered_or_counted()
    {
        const int Tasks = 8;
        const int Each = 5_000;
        await using SinkHarness harness = await SinkHarness.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                harness.Emit();
            }
        }))).WaitAsync(SinkHarness.Patience);
        FlushResult result = await harness.FlushAsync();

        SinkCounters counters = harness.Sink.SpanCounters;
        Assert.Equal(Tasks * Each, counters.Emitted);
        Assert.Equal(Tasks * Each, result.Delivered + result.Dropped);
        Assert.Equal(counters.Accepted, result.Delivered);
        Assert.Equal(0, result.Pending);
        HashSet<string> arrived = [.. harness.Receiver.Spans.Select(span => span.SpanId)];
        Assert.Equal(result.Delivered, arrived.Count);
        Assert.Equal(result.Delivered, harness.Receiver.Spans.Count);
    }

    [Fact]
    public async Task Emitting_allocates_nothing_once_the_buffers_are_warm()
    {
        // A queue that has room and a batch that never closes: only the caller's side is measured.
        await using SinkHarness harness = await SinkHarness.StartAsync(options =>
        {
            options.MaxQueuedSpans = 100_000;
            options.MaxBatchSpans = 100_000;
            options.MaxBatchBytes = 256 * 1024 * 1024;
        });
        SpanRecord record = SinkHarness.Record("chat");
        record.Type = ObservationType.Generation;
        record.Operation = "chat";
        record.Model = "m";
        record.Context = new LlmContext { UserId = "u", Feature = "f" };
        record.Usage = new Microsoft.Extensions.AI.UsageDetails { InputTokenCount = 10, OutputTokenCount = 2 };
        record.Route = new LlmStack.Routing.CallRoute("fast", 1);
        record.Route.Add(new LlmStack.Routing.RouteAttempt(new LlmStack.Routing.Deployment("d", "p", "m"), "g"));
        record.SetInput("""{"a":1}"""u8);
        for (int i = 0; i < 20_000; i++)
        {
            harness.Emit(record);
        }

        await harness.FlushAsync();
        harness.Emit(record);
        const int Count = 10_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Count; i++)
        {
            harness.Sink.Emit(new SpanData(record));
        }

        long perSpan = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        Assert.InRange(perSpan, 0, 16);
    }

    [Fact]
    public async Task The_sinks_own_requests_make_no_activity()
    {
        var seen = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name.StartsWith("System.Net.Http", StringComparison.Ordinal),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = activity =>
            {
                lock (seen)
                {
                    seen.Add(activity.GetTagItem("url.full")?.ToString() ?? activity.DisplayName);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = new Activity("caller").Start();
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Emit();
        await harness.FlushAsync();

        lock (seen)
        {
            Assert.DoesNotContain(seen, url => url.StartsWith(harness.Receiver.BaseUrl, StringComparison.Ordinal));
        }

        Assert.False(harness.Receiver.Requests[0].Headers.ContainsKey("traceparent"));
    }

    [Fact]
    public async Task Metrics_say_what_was_delivered_and_dropped()
    {
        await using LangfuseReceiver receiver = await LangfuseReceiver.StartAsync();
        await using ServiceProvider services = new ServiceCollection().AddMetrics().AddHttpClient().BuildServiceProvider();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        using var delivered = new MetricCollector<long>(meters, "LlmStack", "llmstack.trace.spans.delivered");
        using var dropped = new MetricCollector<long>(meters, "LlmStack", "llmstack.trace.spans.dropped");
        var options = new LangfuseOptions { BaseUrl = receiver.BaseUrl + "/", PublicKey = "pk", SecretKey = "sk" };
        await using var sink = new LangfuseTraceSink(options, new TracingOptions(), services.GetRequiredService<IHttpClientFactory>(), TimeProvider.System, NullLogger<LangfuseTraceSink>.Instance, new LangfuseMetrics(meters));
        sink.Emit(new SpanData(SinkHarness.Record()));
        sink.Emit(new SpanData(new SpanRecord()));
        await sink.FlushAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, Assert.Single(delivered.GetMeasurementSnapshot()).Value);
        CollectedMeasurement<long> lost = Assert.Single(dropped.GetMeasurementSnapshot());
        Assert.Equal("encode_error", lost.Tags["reason"]);
    }

    [Theory]
    [InlineData(null, "sk", "http://h", "PublicKey")]
    [InlineData("pk", " ", "http://h", "SecretKey")]
    [InlineData("pk", "sk", "no address", "no address")]
    [InlineData("pk", "sk", "ftp://h", "ftp://h")]
    public void Bad_options_are_named_without_the_secret(string? publicKey, string? secretKey, string baseUrl, string expected)
    {
        var options = new LangfuseOptions { PublicKey = publicKey, SecretKey = secretKey, BaseUrl = baseUrl };

        ArgumentException error = Assert.Throws<ArgumentException>(() => new LangfuseTraceSink(options, new TracingOptions(), Substitute.For<IHttpClientFactory>(), TimeProvider.System, NullLogger<LangfuseTraceSink>.Instance));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
