namespace LlmStack.Testing.Simulation;

/// <summary>How one attempt will go, decided when it begins. Times are ticks of the virtual clock.</summary>
internal readonly record struct SimulatedOutcome(long FirstToken, long Rest, int OutputTokens)
{
    /// <summary>Null when it succeeds.</summary>
    public LlmErrorKind? Failure { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The stream loses its connection after its first content.</summary>
    public bool Cut { get; init; }

    /// <summary>Nothing ever comes.</summary>
    public bool Hangs { get; init; }
}
