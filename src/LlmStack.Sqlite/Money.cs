namespace LlmStack.Sqlite;

/// <summary>An amount as two integers, so that SQLite adds up exactly: 10⁻⁹ and 10⁻¹⁸ dollars. Sums stay below the largest integer up to nine billion dollars.</summary>
internal static class Money
{
    private const decimal Billion = 1_000_000_000m;
    private const decimal Nano = 0.000000001m;
    private const decimal Atto = 0.000000000000000001m;

    public static (long Nano, long Atto) Split(decimal amount)
    {
        decimal scaled = amount * Billion;
        decimal whole = decimal.Floor(scaled);
        return ((long)whole, (long)((scaled - whole) * Billion));
    }

    public static decimal Join(long nano, long atto)
    {
        decimal amount = (nano * Nano) + (atto * Atto);

        // Takes off the zeros at the end, which nobody wants to read.
        return amount / 1.0000000000000000000000000000m;
    }
}
