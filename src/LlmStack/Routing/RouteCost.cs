using LlmStack.Catalog;

namespace LlmStack.Routing;

/// <summary>Adds up what the attempts of a call cost.</summary>
internal static class RouteCost
{
    /// <summary>One billed attempt of unknown price makes the sum unknown: it is never less than what was paid.</summary>
    public static CallCost Of(IReadOnlyList<RouteAttempt> attempts)
    {
        bool any = false;
        var lines = new List<CostLine>();
        decimal total = 0;
        bool estimated = false;
        foreach (RouteAttempt attempt in attempts)
        {
            if (attempt.Usage is null && attempt.Error is not null)
            {
                continue;
            }

            CallCost cost = CostCalculator.Compute(attempt.Target, attempt.Usage);
            if (cost.Total is not { } amount)
            {
                return cost;
            }

            any = true;
            lines.AddRange(cost.Lines);
            total += amount;
            estimated |= cost.Estimated || attempt.IsUsageEstimated;
        }

        Deployment? last = attempts.Count > 0 ? attempts[^1].Target : null;
        return any ? new CallCost(total, lines, last!.Price?.Version, estimated, unknownReason: null) : CostCalculator.Compute(last, usage: null);
    }
}
