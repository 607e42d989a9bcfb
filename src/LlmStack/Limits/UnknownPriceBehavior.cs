namespace LlmStack;

/// <summary>What a budget, or a limit on cost, does with a call whose price nobody knows.</summary>
public enum UnknownPriceBehavior
{
    /// <summary>It counts at the dearest known price of its provider; where none is known, at the dearest of all.</summary>
    AssumeMax = 0,

    /// <summary>It is not counted.</summary>
    Ignore,

    /// <summary>It is not sent to a deployment without a price.</summary>
    Reject,
}
