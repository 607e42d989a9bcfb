namespace LlmStack;

/// <summary>What a call, or one of its attempts, cost, in US dollars.</summary>
public sealed class CallCost
{
    internal CallCost(decimal? total, IReadOnlyList<CostLine> lines, string? priceVersion)
    {
        Total = total;
        Lines = lines;
        PriceVersion = priceVersion;
    }

    /// <summary>What the provider says it cost, else the sum of the lines; null when neither is known. Never 0 for an unknown price.</summary>
    public decimal? Total { get; }

    /// <summary>The sum of the lines; null when no price or no usage is known.</summary>
    public decimal? ComputedTotal { get; internal init; }

    /// <summary>What the provider itself says it cost; null when it says nothing.</summary>
    public decimal? ReportedTotal { get; internal init; }

    /// <summary>Whether the provider's total and our own are more than 1 % apart: a price has probably changed.</summary>
    public bool Deviates { get; internal init; }

    /// <summary>One line for each bucket of usage; the buckets are disjoint. Of several billed attempts, the lines of each in turn.</summary>
    public IReadOnlyList<CostLine> Lines { get; }

    /// <summary>The price list that was used; null when none was.</summary>
    public string? PriceVersion { get; }

    /// <summary>Whether a missing bucket price was replaced by another, or the usage was estimated.</summary>
    public bool Estimated { get; internal init; }

    /// <summary>Whether the counts of the usage contradicted each other, so that some were cut to fit.</summary>
    public bool Inconsistent { get; internal init; }

    /// <summary>Why the total is unknown; null when it is known.</summary>
    public string? UnknownReason { get; internal init; }

    /// <summary>The cost of all attempts together. One billed attempt of unknown cost makes the total unknown: it is never less than what was paid.</summary>
    internal static CallCost Sum(IReadOnlyList<CallCost> parts)
    {
        decimal? computed = null, reported = null;
        decimal total = 0;
        var lines = new List<CostLine>();
        bool deviates = false, estimated = false, inconsistent = false;
        string? version = null, unknown = null;
        foreach (CallCost part in parts)
        {
            total += part.Total ?? 0;
            computed = Add(computed, part.ComputedTotal);
            reported = Add(reported, part.ReportedTotal);
            lines.AddRange(part.Lines);
            deviates |= part.Deviates;
            estimated |= part.Estimated;
            inconsistent |= part.Inconsistent;
            version = part.PriceVersion ?? version;
            unknown ??= part.Total is null ? part.UnknownReason : null;
        }

        return new CallCost(unknown is null ? total : null, lines, version)
        {
            ComputedTotal = computed,
            ReportedTotal = reported,
            Deviates = deviates,
            Estimated = estimated && unknown is null,
            Inconsistent = inconsistent,
            UnknownReason = unknown,
        };
    }

    private static decimal? Add(decimal? sum, decimal? part) => part is null ? sum : (sum ?? 0) + part;
}
