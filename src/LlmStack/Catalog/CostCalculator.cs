using Microsoft.Extensions.AI;

namespace LlmStack.Catalog;

/// <summary>Usage times price, bucket by bucket. An unknown price is unknown, never 0; what a provider says itself is preferred.</summary>
internal static class CostCalculator
{
    private const decimal PerThousand = 0.001m;
    private const decimal SecondsPerHour = 3600;

    /// <summary>Prices of tokens are for a million of them.</summary>
    private const int TokenPower = 6;

    /// <summary>The cost without allocation; false when neither we nor the provider know it.</summary>
    public static bool TryCompute(ModelPrice? price, UsageDetails? usage, BillingTerms? terms, out CostAmounts amounts) =>
        TryCompute(price, usage is null ? default : UsageBuckets.From(usage), usage is not null, terms, out amounts);

    /// <summary>The cost of a usage that was taken apart already.</summary>
    public static bool TryCompute(ModelPrice? price, in UsageBuckets buckets, bool isUsageKnown, BillingTerms? terms, out CostAmounts amounts)
    {
        amounts = default;
        amounts.Reported = terms?.ReportedCost;
        if ((terms?.Price ?? price) is { } list)
        {
            if (isUsageKnown)
            {
                Fill(list, buckets, terms, ref amounts);
            }
            else
            {
                // What costs nothing costs nothing, however much of it there was.
                amounts.IsKnown = FreePrice.Is(list);
            }
        }

        return amounts.IsKnown || amounts.Reported is not null;
    }

    /// <summary>The cost with a line for each bucket that was used.</summary>
    public static CallCost Compute(ModelPrice? price, UsageDetails? usage, BillingTerms? terms)
    {
        ModelPrice? list = terms?.Price ?? price;
        bool known = TryCompute(price, usage, terms, out CostAmounts amounts);
        UsageBuckets buckets = usage is null ? default : UsageBuckets.From(usage);
        var cost = new CallCost(known ? amounts.Total : null, !amounts.IsKnown ? [] : Lines(list!, buckets, terms, amounts), list?.Version)
        {
            ComputedTotal = amounts.Computed,
            ReportedTotal = amounts.Reported,
            Deviates = amounts.Deviates,
            Estimated = amounts.Reported is null && amounts.Estimated,
            Inconsistent = buckets.Inconsistent,
            UnknownReason = known ? null : list is null ? "no price is known for the model" : usage is null ? "the provider reported no usage" : "the price lacks a used bucket",
        };
        return cost;
    }

    private static void Fill(ModelPrice list, in UsageBuckets buckets, BillingTerms? terms, ref CostAmounts amounts)
    {
        UnitPrices card = PriceSelection.Select(list, buckets.TotalInput, terms?.At);
        decimal tier = TierFactor(list, terms?.ServiceTier, out bool estimated);
        bool byToken = list.InputPerMillion is not null || list.OutputPerMillion is not null || (list.PerRequest ?? list.SearchPerThousand ?? list.PagePerThousand ?? list.AudioPerHour ?? list.PerImage) is null;
        if (byToken && list.PerImage is null && buckets[UsageBucket.Images] > 0 && buckets.Total == 0)
        {
            // Images of which no tokens were told, at a price of tokens.
            return;
        }

        for (BucketMask used = buckets.Used; !used.IsEmpty;)
        {
            used = used.TakeFirst(out UsageBucket bucket);
            long count = buckets[bucket];
            if (bucket > UsageBucket.Citation)
            {
                if (PerUnit(list, bucket) is not 0 and var unit)
                {
                    amounts.Add(bucket, count, unit, 0);
                }
            }
            else if (BucketRates.Of(list, card, bucket, out bool guessed) is { } rate)
            {
                amounts.Add(bucket, count, tier == 1 ? rate : rate * tier, TokenPower);
                estimated |= guessed;
            }
            else if (byToken)
            {
                return;
            }

            // Else billed by something else than tokens.
        }

        amounts.IsKnown = true;
        amounts.Estimated = estimated || terms is { UsageEstimated: true };
    }

    private static List<CostLine> Lines(ModelPrice list, in UsageBuckets buckets, BillingTerms? terms, in CostAmounts amounts)
    {
        UnitPrices card = PriceSelection.Select(list, buckets.TotalInput, terms?.At);
        decimal tier = TierFactor(list, terms?.ServiceTier, out _);
        var lines = new List<CostLine>(4);
        for (UsageBucket bucket = 0; bucket < (UsageBucket)UsageBuckets.Count; bucket++)
        {
            bool unit = bucket > UsageBucket.Citation;
            decimal? price = unit ? PerUnit(list, bucket) : BucketRates.Of(list, card, bucket, out _) * tier;
            if (buckets[bucket] > 0 && price is { } known && (known > 0 || !unit))
            {
                lines.Add(new CostLine(UsageBucketNames.NameOf(bucket), buckets[bucket], known, amounts[bucket]));
            }
        }

        return lines;
    }

    private static decimal PerUnit(ModelPrice price, UsageBucket bucket) => bucket switch
    {
        UsageBucket.WebSearches => (price.WebSearchPerThousand ?? 0) * PerThousand,
        UsageBucket.SearchUnits => (price.SearchPerThousand ?? 0) * PerThousand,
        UsageBucket.Pages => (price.PagePerThousand ?? 0) * PerThousand,
        UsageBucket.AudioSeconds => (price.AudioPerHour ?? 0) / SecondsPerHour,
        UsageBucket.Images => price.PerImage ?? 0,
        _ => price.PerRequest ?? 0,
    };

    /// <summary>What the service tier multiplies the prices of tokens by.</summary>
    public static decimal TierFactor(ModelPrice price, string? tier, out bool estimated)
    {
        estimated = false;
        if (string.IsNullOrEmpty(tier))
        {
            return 1;
        }

        if (price.ServiceTiers is { } tiers && tiers.TryGetValue(tier, out decimal factor))
        {
            return factor;
        }

        estimated = !ServiceTierNames.IsStandard(tier);
        return 1;
    }
}
