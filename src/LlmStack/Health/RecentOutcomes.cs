using System.Numerics;

namespace LlmStack.Health;

/// <summary>
/// How the last attempts ended, in the order they ended. A window of a minute notices a busy deployment's outage only when half of the
/// minute's attempts have failed; this notices it within a few dozen. Not thread-safe.
/// </summary>
internal struct RecentOutcomes
{
    public const int Length = 32;

    private uint _failed;

    /// <summary>How many are remembered, at most <see cref="Length"/>.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them failed.</summary>
    public readonly int Failures => BitOperations.PopCount(_failed);

    public void Add(bool failed)
    {
        _failed = (_failed << 1) | (failed ? 1u : 0u);
        Count = Math.Min(Length, Count + 1);
    }
}
