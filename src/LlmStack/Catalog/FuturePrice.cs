namespace LlmStack;

/// <summary>Prices that replace the present ones, with their windows and long-context prices, on a date.</summary>
public sealed record FuturePrice : UnitPrices
{
    /// <summary>The day from which it applies, from 00:00 UTC. Required.</summary>
    public DateOnly Date { get; set; }
}
