namespace LlmStack.Tracing;

/// <summary>How serious an observation is, as Langfuse has it.</summary>
public enum ObservationLevel
{
    /// <summary>Nothing special.</summary>
    Default = 0,

    /// <summary>Of interest when debugging.</summary>
    Debug,

    /// <summary>Something went wrong and was repaired.</summary>
    Warning,

    /// <summary>It failed.</summary>
    Error,
}
