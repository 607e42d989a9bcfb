namespace LlmStack;

/// <summary>Prices at certain hours of every day.</summary>
public sealed record PriceWindow : UnitPrices
{
    /// <summary>When it begins, in UTC; inclusive.</summary>
    public TimeOnly UtcFrom { get; set; }

    /// <summary>When it ends, in UTC; exclusive. Earlier than <see cref="UtcFrom"/> means over midnight; equal means all day.</summary>
    public TimeOnly UtcTo { get; set; }
}
