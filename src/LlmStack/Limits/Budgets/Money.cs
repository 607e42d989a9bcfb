namespace LlmStack.Limits.Budgets;

/// <summary>US dollars as whole numbers of 10⁻⁹, so that sums are exact and quick.</summary>
internal static class Money
{
    /// <summary>The most dollars that have a whole number.</summary>
    public const decimal Most = 1_000_000_000m;

    private const decimal PerDollar = 1_000_000_000m;

    /// <summary>Rounded to the nearest; never negative, and at most <see cref="Most"/>.</summary>
    public static long FromDollars(decimal dollars) => (long)decimal.Round(Math.Clamp(dollars, 0, Most) * PerDollar);

    public static decimal ToDollars(long amount) => amount / PerDollar;
}
