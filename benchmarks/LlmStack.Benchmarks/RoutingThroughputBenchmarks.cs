using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Subjects;

namespace LlmStack.Benchmarks;

/// <summary>Decisions as fast as one thread, or two, make them among a hundred members: the mean is the time of one, so its inverse is the throughput.</summary>
public class RoutingThroughputBenchmarks
{
    private const int Decisions = 400_000;

    private RoutingSubject _subject = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => _subject = new RoutingSubject(members: 100);

    [GlobalCleanup]
    public void Cleanup() => _subject.Dispose();

    [Benchmark(OperationsPerInvoke = Decisions, Description = "LlmStack: pick, reserve, in flight, settle, estimate")]
    public void Decide()
    {
        var threads = new Thread[Threads];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Run);
            threads[i].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    private void Run()
    {
        for (int i = 0; i < Decisions / Threads; i++)
        {
            _subject.Decide();
        }
    }
}
