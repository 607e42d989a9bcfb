namespace LlmStack.Routing;

/// <summary>Whom a pick may return.</summary>
internal enum PickMode
{
    /// <summary>Only healthy deployments this request has not asked.</summary>
    Fresh,

    /// <summary>Healthy ones, also those that failed transiently in this request.</summary>
    Retry,

    /// <summary>As <see cref="Retry"/>, and cooling ones: the one whose cooldown ends first.</summary>
    LeastBad,
}
