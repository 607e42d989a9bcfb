namespace LlmStack;

/// <summary>What a call cost, in US dollars.</summary>
public sealed class CallCost
{
    internal CallCost(decimal? total, IReadOnlyList<CostLine> lines, string? priceVersion, bool estimated, string? unknownReason)
    {
        Total = total;
        Lines = lines;
        PriceVersion = priceVersion;
        Estimated = estimated;
        UnknownReason = unknownReason;
    }

    /// <summary>The sum of the lines; null when no price or no usage is known. Never 0 for an unknown price.</summary>
    public decimal? Total { get; }

    /// <summary>One line for each bucket of usage; the buckets are disjoint.</summary>
    public IReadOnlyList<CostLine> Lines { get; }

    /// <summary>The price list that was used; null when none was.</summary>
    public string? PriceVersion { get; }

    /// <summary>Whether a missing bucket price was replaced by another, or the usage was estimated.</summary>
    public bool Estimated { get; }

    /// <summary>Why the total is unknown; null when it is known.</summary>
    public string? UnknownReason { get; }
}
