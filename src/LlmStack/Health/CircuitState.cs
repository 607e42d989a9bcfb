namespace LlmStack.Health;

internal enum CircuitState
{
    /// <summary>Serves.</summary>
    Closed,

    /// <summary>The cooldown has passed; one attempt may probe.</summary>
    HalfOpen,

    /// <summary>The cooldown has passed and a probe is under way.</summary>
    Probing,

    /// <summary>Cooling.</summary>
    Open,
}
