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
}
