namespace LlmStack;

/// <summary>Prices of a whole request whose input is long; every token of it is billed at them, not only those beyond the threshold.</summary>
public sealed record LongContextPrice : UnitPrices
{
    /// <summary>The fewest input tokens, cached ones included, from which it applies; 1 or more. Required.</summary>
    public long From { get; set; }
}
