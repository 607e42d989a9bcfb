namespace LlmStack;

/// <summary>Where chance comes from, so that a seed makes every decision repeatable.</summary>
/// <remarks>Implementations are thread-safe and do not allocate.</remarks>
public interface IRandomSource
{
    /// <summary>A number in [0, <paramref name="exclusiveMax"/>).</summary>
    /// <param name="exclusiveMax">1 or more.</param>
    int NextInt32(int exclusiveMax);

    /// <summary>A number in [0, 1).</summary>
    double NextDouble();
}
