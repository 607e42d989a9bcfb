namespace LlmStack.Providers.Fidelity;

/// <summary>What a format and a model offer for answers in a form.</summary>
/// <param name="Level">How far answers can be bound natively.</param>
/// <param name="ForcedTool">Whether a tool call can be demanded.</param>
/// <param name="WithTools">Whether the native way may be combined with tools.</param>
internal readonly record struct StructuredFeatures(StructuredLevel Level, bool ForcedTool, bool WithTools)
{
    /// <summary>What a model offers in a format that has all ways.</summary>
    public static StructuredFeatures Of(ModelTraits traits) =>
        new(traits.StructuredOutput, traits.ForcedToolChoice && traits.Tools, traits.ToolsWithSchema);
}
