using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Catalog;

/// <summary>Usage times price, bucket by bucket. An unknown price is unknown, never 0.</summary>
internal static class CostCalculator
{
    /// <summary>Multiplying by it is exact, as dividing by a million is, and several times cheaper.</summary>
    private const decimal PerToken = 0.000001m;

    /// <summary>The cost without allocation; false when no price or no usage is known.</summary>
    public static bool TryCompute(ModelPrice? price, UsageDetails? usage, out CostAmounts amounts)
    {
        amounts = default;
        if (price is null || usage is null)
        {
            return false;
        }

        UsageBuckets buckets = UsageBuckets.From(usage);
        if ((buckets.Input + buckets.CacheRead + buckets.CacheWrite > 0 && price.InputPerMillion is null)
            || (buckets.Output + buckets.Reasoning > 0 && price.OutputPerMillion is null))
        {
            return false;
        }

        decimal input = price.InputPerMillion ?? 0;
        decimal output = price.OutputPerMillion ?? 0;
        bool estimated = (buckets.CacheRead > 0 && price.CacheReadPerMillion is null) || (buckets.CacheWrite > 0 && price.CacheWritePerMillion is null);
        amounts = new CostAmounts(
            Amount(buckets.Input, input),
            Amount(buckets.CacheRead, price.CacheReadPerMillion ?? input),
            Amount(buckets.CacheWrite, price.CacheWritePerMillion ?? input),
            Amount(buckets.Output, output),
            Amount(buckets.Reasoning, price.ReasoningPerMillion ?? output),
            price.PerRequest ?? 0,
            estimated);
        return true;
    }

    /// <summary>The cost with a line for each bucket that was used.</summary>
    public static CallCost Compute(Deployment? deployment, UsageDetails? usage)
    {
        if (deployment is null || !TryCompute(deployment.Price, usage, out CostAmounts amounts))
        {
            string reason = deployment?.Price is null ? "no price is known for the model" : usage is null ? "the provider reported no usage" : "the price lacks a used bucket";
            return new CallCost(null, [], deployment?.Price?.Version, estimated: false, reason);
        }

        ModelPrice price = deployment.Price!;
        UsageBuckets buckets = UsageBuckets.From(usage!);
        decimal input = price.InputPerMillion ?? 0;
        decimal output = price.OutputPerMillion ?? 0;
        var lines = new List<CostLine>(4);
        Add(lines, "input", buckets.Input, input, amounts.Input);
        Add(lines, "input_cached_tokens", buckets.CacheRead, price.CacheReadPerMillion ?? input, amounts.CacheRead);
        Add(lines, UsageKeys.CacheWrite, buckets.CacheWrite, price.CacheWritePerMillion ?? input, amounts.CacheWrite);
        Add(lines, "output", buckets.Output, output, amounts.Output);
        Add(lines, "output_reasoning_tokens", buckets.Reasoning, price.ReasoningPerMillion ?? output, amounts.Reasoning);
        if (price.PerRequest is { } perRequest)
        {
            lines.Add(new CostLine("request", 1, perRequest, amounts.Request));
        }

        return new CallCost(amounts.Total, lines, price.Version, amounts.Estimated, unknownReason: null);
    }

    private static decimal Amount(long tokens, decimal perMillion) => tokens == 0 ? 0m : tokens * perMillion * PerToken;

    private static void Add(List<CostLine> lines, string bucket, long quantity, decimal unitPrice, decimal amount)
    {
        if (quantity > 0)
        {
            lines.Add(new CostLine(bucket, quantity, unitPrice, amount));
        }
    }
}
