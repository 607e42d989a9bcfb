namespace LlmStack;

/// <summary>What the catalogue knows of a model. A null field is unknown, never 0.</summary>
public sealed record ModelInfo
{
    /// <summary><c>provider/model</c> in the catalogue's own names.</summary>
    public required string Id { get; init; }

    /// <summary>The context window in tokens.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>The largest input in tokens, where it is smaller than the context window.</summary>
    public int? MaxInputTokens { get; init; }

    /// <summary>The largest output in tokens.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>What the model can do; null when nothing is known.</summary>
    public ModelCapabilities? Capabilities { get; init; }

    /// <summary>The price; null when unknown.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>When it was released.</summary>
    public DateOnly? Released { get; init; }

    /// <summary>When calls will start to fail.</summary>
    public DateOnly? Retires { get; init; }

    /// <summary>Whether the vendor advises against it.</summary>
    public bool Deprecated { get; init; }
}
