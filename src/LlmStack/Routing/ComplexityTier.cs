namespace LlmStack.Routing;

/// <summary>How hard a request looks.</summary>
public enum ComplexityTier
{
    /// <summary>A greeting, a definition, a short question.</summary>
    Simple,

    /// <summary>An ordinary task.</summary>
    Medium,

    /// <summary>Code, technical depth, several steps.</summary>
    Complex,

    /// <summary>Asks for reasoning.</summary>
    Reasoning,
}
