namespace LlmStack.Catalog;

/// <summary>What beside usage and list price decides what an attempt cost. Most attempts have none: then the deployment's list price holds.</summary>
internal sealed class BillingTerms
{
    /// <summary>The price of the model that answered, where it is another than the deployment's.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>The service tier in the answer.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>What the provider itself says it cost.</summary>
    public decimal? ReportedCost { get; init; }

    /// <summary>When the attempt began, for prices by hour and date.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Whether the usage is our own guess.</summary>
    public bool UsageEstimated { get; init; }
}
