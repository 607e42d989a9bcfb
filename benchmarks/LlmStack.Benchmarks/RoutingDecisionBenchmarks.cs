using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Subjects;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace LlmStack.Benchmarks;

/// <summary>
/// What deciding costs, by the number of members, for the request that <see cref="RoutingSubject"/> names. Beside it Polly's timeout,
/// retry, breaker and timeout around nothing, which decide less.
/// </summary>
[MemoryDiagnoser]
public class RoutingDecisionBenchmarks
{
    private RoutingSubject _subject = null!;
    private ResiliencePipeline _polly = null!;

    [Params(10, 100, 1_000, 10_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _polly = new ResiliencePipelineBuilder()
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(60) })
            .AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 2 })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions())
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(10) })
            .Build();
        _subject = new RoutingSubject(Members);
        if (_subject.Pick().Deployment.Region != "eu")
        {
            throw new InvalidDataException("The filters did not run.");
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _subject.Dispose();

    [Benchmark(Baseline = true, Description = "Polly: timeout, retry, breaker, timeout")]
    public ValueTask Polly() => _polly.ExecuteAsync(static _ => ValueTask.CompletedTask);

    [Benchmark(Description = "LlmStack: pick")]
    public int Pick() => _subject.Pick().Order;

    [Benchmark(Description = "LlmStack: pick, reserve, in flight, settle, estimate")]
    public int Decision() => _subject.Decide();
}
