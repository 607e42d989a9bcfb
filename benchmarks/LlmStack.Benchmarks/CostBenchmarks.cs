using BenchmarkDotNet.Attributes;
using LlmStack.Catalog;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks;

/// <summary>What knowing a model and reckoning a call's cost take: the first load of the catalogue, a lookup, a cost with and without lines, a forecast.</summary>
[MemoryDiagnoser]
public class CostBenchmarks
{
    private readonly ModelCatalog _catalog = new();
    private readonly UsageDetails _usage = new()
    {
        InputTokenCount = 12_000,
        CachedInputTokenCount = 9_000,
        OutputTokenCount = 700,
        ReasoningTokenCount = 300,
        AdditionalCounts = new() { [UsageKeys.CacheWrite] = 1_500 },
    };

    private ModelPrice _price = null!;

    [GlobalSetup]
    public void Setup() => _price = _catalog.Find("anthropic", "claude-sonnet-4-5")!.Price!;

    [Benchmark(Description = "first load and lookup")]
    public ModelInfo? Load() => new ModelCatalog().Find("openai", "gpt-5.4");

    [Benchmark(Description = "lookup of a name asked before")]
    public ModelInfo? Lookup() => _catalog.Find("openai", "gpt-5-mini-2025-08-07");

    [Benchmark(Baseline = true, Description = "cost without lines")]
    public decimal Cost() => CostCalculator.TryCompute(_price, _usage, null, out CostAmounts amounts) ? amounts.Total : -1;

    [Benchmark(Description = "cost with lines")]
    public CallCost CostWithLines() => CostCalculator.Compute(_price, _usage, null);

    [Benchmark(Description = "forecast")]
    public decimal? Forecast() => CostForecast.For(_price, 12_000, 700, null, 9_000);
}
