namespace LlmStack.Routing.Strategies;

/// <summary>Two different members at random.</summary>
internal static class TwoChoices
{
    /// <param name="count">2 or more.</param>
    /// <param name="random">Where chance comes from.</param>
    public static (int First, int Second) From(int count, IRandomSource random)
    {
        int first = random.NextInt32(count);
        int second = random.NextInt32(count - 1);
        return (first, second >= first ? second + 1 : second);
    }
}
