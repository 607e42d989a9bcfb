namespace LlmStack.Routing;

/// <summary>What happens to a stream that is lost after its first content.</summary>
public enum StreamLossBehavior
{
    /// <summary>The enumeration fails with <see cref="LlmErrorKind.StreamInterrupted"/>, which carries what arrived. The default.</summary>
    Fail = 0,

    /// <summary>
    /// After plain text, another deployment goes on from the partial answer; an update with <see cref="StreamContinuation"/> comes before
    /// its first text. After anything else the enumeration fails.
    /// </summary>
    Continue,
}
