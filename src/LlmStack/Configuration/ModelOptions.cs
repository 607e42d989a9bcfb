namespace LlmStack;

/// <summary>What is known better of a model than the catalogue does. What is null stays as the catalogue has it.</summary>
public sealed class ModelOptions
{
    /// <summary>
    /// <c>provider/model</c>; required. The provider is a configured one, for what holds with its key alone, else one of the catalogue.
    /// The model <c>*</c> means all of the provider that have no entry of their own.
    /// </summary>
    public string? Model { get; set; }

    /// <summary>The context window in tokens; 1 or more.</summary>
    public int? ContextWindow { get; set; }

    /// <summary>The largest output in tokens; 1 or more.</summary>
    public int? MaxOutputTokens { get; set; }

    /// <summary>The whole price: parts that are null are unknown, and not the catalogue's.</summary>
    public ModelPrice? Price { get; set; }

    /// <summary>What the prices of tokens are multiplied by, for instance 0.8 for a negotiated discount; 0 or more. Default 1.</summary>
    public decimal? PriceFactor { get; set; }
}
