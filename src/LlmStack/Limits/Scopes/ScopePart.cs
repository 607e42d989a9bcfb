namespace LlmStack.Limits.Scopes;

/// <summary>Which part of a call is reserved.</summary>
internal enum ScopePart
{
    /// <summary>That there is a call at all: once for all its attempts, for what counts by caller.</summary>
    Call,

    /// <summary>What one attempt uses, and that it is sent to its deployment.</summary>
    Attempt,
}
