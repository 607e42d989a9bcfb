using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Rivals;
using LlmStack.Benchmarks.Subjects;

namespace LlmStack.Benchmarks;

/// <summary>
/// What a span costs from its start to the server's acknowledgement: 512 spans, one batch, then a flush. The time is the wall's;
/// <c>cpu-spans</c> gives the processor's.
/// </summary>
[MemoryDiagnoser]
public class SpanBenchmarks
{
    private const int Batch = 512;

    private ActivityWriter _activities = null!;
    private SpanWriter _spans = null!;
    private SpanWriter _compressed = null!;
    private SpanWriter _spooled = null!;
    private DirectoryInfo _directory = null!;

    [GlobalSetup]
    public void Setup()
    {
        _activities = new ActivityWriter("spans", CannedHandler.Traces, SpanContent.Full);
        _spans = new SpanWriter(new LlmStackSetup { Handler = CannedHandler.Chat(), TraceHandler = CannedHandler.Traces() }, SpanContent.Full);
        _directory = Directory.CreateTempSubdirectory("llmstack-spool-");
        _spooled = new SpanWriter(new LlmStackSetup { Handler = CannedHandler.Chat(), TraceHandler = CannedHandler.Traces(), Spool = _directory.FullName }, SpanContent.Full);
        _compressed = new SpanWriter(new LlmStackSetup { Handler = CannedHandler.Chat(), TraceHandler = CannedHandler.Traces(), Gzip = true }, SpanContent.Full);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _activities.Dispose();
        _spans.Dispose();
        _compressed.Dispose();
        _spooled.Dispose();
        _directory.Delete(recursive: true);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Batch, Description = "OpenTelemetry SDK + OTLP: generation")]
    public void Activities()
    {
        _activities.Generations(Batch);
        _activities.Flush();
    }

    [Benchmark(OperationsPerInvoke = Batch, Description = "LlmStack: generation")]
    public void Automatic()
    {
        _spans.Automatic(Batch);
        _spans.Flush();
    }

    [Benchmark(OperationsPerInvoke = Batch, Description = "LlmStack: generation, batches compressed")]
    public void AutomaticCompressed()
    {
        _compressed.Automatic(Batch);
        _compressed.Flush();
    }

    [Benchmark(OperationsPerInvoke = Batch, Description = "LlmStack: generation, with the spool")]
    public void AutomaticSpooled()
    {
        _spooled.Automatic(Batch);
        _spooled.Flush();
    }

    [Benchmark(OperationsPerInvoke = Batch, Description = "OpenTelemetry SDK + OTLP: user's scope")]
    public void ActivityScopes()
    {
        _activities.Scopes(Batch);
        _activities.Flush();
    }

    [Benchmark(OperationsPerInvoke = Batch, Description = "LlmStack: user's scope")]
    public void Scopes()
    {
        _spans.Scopes(Batch);
        _spans.Flush();
    }
}
