using System.Collections.Immutable;
using LlmStack.Catalog;

namespace LlmStack.Limits.Ledger;

/// <summary>Makes a line out of a record: the values of the dimensions, and the cost.</summary>
internal static class LedgerLine
{
    /// <summary>More decimal places than that are cut, so that every store keeps the same number.</summary>
    private const int DecimalPlaces = 18;

    public static void FillScope(in LedgerRecord record, LedgerScope scope)
    {
        LlmContext context = record.Context;
        scope[LedgerDimension.Provider] = record.Provider;
        scope[LedgerDimension.Model] = record.Model;
        scope[LedgerDimension.Deployment] = record.Deployment;
        scope[LedgerDimension.Group] = record.Group;
        scope[LedgerDimension.Operation] = record.Operation;
        scope[LedgerDimension.Key] = context.Key;
        scope[LedgerDimension.User] = context.UserId;
        scope[LedgerDimension.Team] = context.Team;
        scope[LedgerDimension.Project] = context.Project;
        scope[LedgerDimension.Feature] = context.Feature;
        scope[LedgerDimension.Experiment] = context.Experiment;
        scope[LedgerDimension.PriceVersion] = (record.Terms?.Price ?? record.Price)?.Version;
        scope.Tags = TagsOf(context.Tags);
    }

    public static void FillTotals(in LedgerRecord record, LedgerTotals totals)
    {
        totals.Clear();
        totals.Attempts = 1;
        totals.Failed = record.Failed ? 1 : 0;
        totals.Cancelled = record.Cancelled ? 1 : 0;
        totals.MayHaveBeenBilled = record.MayHaveBeenBilled ? 1 : 0;
        totals.Buckets = record.Usage;
        if (!CostCalculator.TryCompute(record.Price, record.Usage, record.IsUsageKnown, record.Terms, out CostAmounts cost))
        {
            totals.Unpriced = 1;
            totals.Estimated = record.Terms is { UsageEstimated: true } ? 1 : 0;
            return;
        }

        CacheEffects cache = CacheEffects.Of(record.Price, record.Usage, record.Terms, cost);
        totals.Estimated = cost.Reported is null && cost.Estimated ? 1 : 0;
        totals.Spent = Cut(cost.Total);
        totals.ComputedCost = Cut(cost.Computed ?? 0);
        totals.CacheSavings = Cut(cache.Savings);
        totals.CacheSurcharge = Cut(cache.Surcharge);
    }

    private static decimal Cut(decimal amount) => amount.Scale <= DecimalPlaces ? amount : decimal.Round(amount, DecimalPlaces);

    private static IReadOnlyList<string> TagsOf(ImmutableArray<string> tags)
    {
        if (tags.IsDefaultOrEmpty)
        {
            return [];
        }

        if (tags.Length == 1)
        {
            return tags;
        }

        var set = new SortedSet<string>(tags, StringComparer.Ordinal);
        return [.. set];
    }
}
