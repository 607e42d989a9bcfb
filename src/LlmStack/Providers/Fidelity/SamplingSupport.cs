namespace LlmStack.Providers.Fidelity;

/// <summary>What a model does with temperature, top_p, penalties and log probabilities.</summary>
internal enum SamplingSupport
{
    /// <summary>It takes them.</summary>
    Accepted,

    /// <summary>It answers 400.</summary>
    Rejected,

    /// <summary>It takes them when the reasoning effort is set to none.</summary>
    WithoutEffort,

    /// <summary>It takes them, and they do nothing while it thinks.</summary>
    WithoutThinking,

    /// <summary>It takes them, and they do nothing.</summary>
    Ignored,
}
