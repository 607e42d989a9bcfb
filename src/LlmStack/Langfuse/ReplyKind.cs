namespace LlmStack.Langfuse;

/// <summary>What an answer of the server means for what was sent.</summary>
internal enum ReplyKind
{
    Delivered,

    /// <summary>Something in the request is wrong: never the same bytes again.</summary>
    Invalid,

    /// <summary>The credential is not accepted.</summary>
    Refused,

    /// <summary>Nobody takes this kind of request at this address.</summary>
    WrongAddress,

    TooLarge,
    RateLimited,

    /// <summary>Worth sending again: 408, 5xx, network, timeout.</summary>
    Transient,
}
