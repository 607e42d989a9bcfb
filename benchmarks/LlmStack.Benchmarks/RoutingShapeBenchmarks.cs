using System.Globalization;
using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Subjects;

namespace LlmStack.Benchmarks;

/// <summary>A decision for a request shape that was seen before, and for one that was not: the static filters run once for each shape.</summary>
[MemoryDiagnoser]
public class RoutingShapeBenchmarks
{
    private RoutingSubject _subject = null!;
    private int _shapes;

    [Params(10, 100, 1_000, 10_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Setup() => _subject = new RoutingSubject(Members);

    [GlobalCleanup]
    public void Cleanup() => _subject.Dispose();

    [Benchmark(Baseline = true, Description = "LlmStack: shape seen before")]
    public int Known() => _subject.Pick().Order;

    [Benchmark(Description = "LlmStack: shape seen for the first time")]
    public int New() => _subject.PickNewShape(string.Create(CultureInfo.InvariantCulture, $"nobody-{_shapes++}")).Order;
}
