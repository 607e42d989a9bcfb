namespace LlmStack.Tracing;

/// <summary>What masking does with one field of a span.</summary>
public enum MaskedFieldPolicy
{
    /// <summary>Detectors and functions run over it.</summary>
    Mask = 0,

    /// <summary>It goes out as it is.</summary>
    Keep,

    /// <summary>It is left out.</summary>
    Remove,
}
