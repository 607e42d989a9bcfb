namespace LlmStack;

/// <summary>For how long a request asks a provider to keep its prompt.</summary>
internal enum CacheMark
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>For the provider's usual time.</summary>
    Usual,

    /// <summary>For an hour, at another price.</summary>
    Hour,
}
