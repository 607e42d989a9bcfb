namespace LlmStack.Testing;

/// <summary>What is said of each text that was judged.</summary>
/// <param name="Results">One result for each text, in order.</param>
public sealed record CannedVerdicts(IReadOnlyList<ModerationResult> Results) : CannedOperation
{
    /// <inheritdoc/>
    public override ConformanceOperations Operation => ConformanceOperations.Moderation;
}
