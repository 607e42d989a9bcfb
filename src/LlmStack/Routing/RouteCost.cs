using LlmStack.Catalog;

namespace LlmStack.Routing;

/// <summary>Adds up what the attempts of a call cost.</summary>
internal static class RouteCost
{
    /// <summary>One billed attempt of unknown price makes the sum unknown: it is never less than what was paid.</summary>
    public static CallCost Of(IReadOnlyList<RouteAttempt> attempts)
    {
        CallCost? sum = null;
        foreach (RouteAttempt attempt in attempts)
        {
            if (!attempt.IsBilled && attempt.Error is not null)
            {
                continue;
            }

            CallCost cost = attempt.Bill();
            if (cost.Total is null)
            {
                return cost;
            }

            sum = sum is null ? cost : Add(sum, cost);
        }

        return sum ?? CostCalculator.Compute(attempts.Count > 0 ? attempts[^1].Target.Price : null, usage: null, terms: null);
    }

    private static CallCost Add(CallCost a, CallCost b) => new(a.Total + b.Total, [.. a.Lines, .. b.Lines], b.PriceVersion ?? a.PriceVersion)
    {
        // Of an attempt that only one side knows, that side's figure: the sums stay comparable.
        ComputedTotal = (a.ComputedTotal ?? a.Total) + (b.ComputedTotal ?? b.Total),
        ReportedTotal = a.ReportedTotal is null && b.ReportedTotal is null ? null : a.Total + b.Total,
        Deviates = a.Deviates || b.Deviates,
        Estimated = a.Estimated || b.Estimated,
        Inconsistent = a.Inconsistent || b.Inconsistent,
    };
}
