using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Rivals;
using LlmStack.Benchmarks.Subjects;

namespace LlmStack.Benchmarks;

/// <summary>Spans per second, end to end: 50,000 small spans as fast as one thread emits them, until the last one is acknowledged.</summary>
[MemoryDiagnoser]
public class SpanThroughputBenchmarks
{
    private const int Spans = 50_000;

    private ActivityWriter _activities = null!;
    private SpanWriter _spans = null!;

    [GlobalSetup]
    public void Setup()
    {
        _activities = new ActivityWriter("span-throughput", CannedHandler.Traces, SpanContent.Small);
        _spans = new SpanWriter(new LlmStackSetup { Handler = CannedHandler.Chat(), TraceHandler = CannedHandler.Traces() }, SpanContent.Small);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _activities.Dispose();
        _spans.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Spans, Description = "OpenTelemetry SDK + OTLP")]
    public void Activities()
    {
        _activities.Generations(Spans);
        _activities.Flush();
    }

    [Benchmark(OperationsPerInvoke = Spans, Description = "LlmStack")]
    public void Automatic()
    {
        _spans.Automatic(Spans);
        _spans.Flush();
    }
}
