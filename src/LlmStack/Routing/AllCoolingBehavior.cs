namespace LlmStack.Routing;

/// <summary>What happens when every deployment of a group is cooling and no other group may serve.</summary>
public enum AllCoolingBehavior
{
    /// <summary>Ask the one whose cooldown ends first. The default.</summary>
    UseLeastBad = 0,

    /// <summary>Fail at once; the error carries the wait.</summary>
    FailFast,

    /// <summary>Wait for the first to come back, within <c>MaxRetryWait</c> and the deadline; else fail with the wait.</summary>
    WaitUpTo,
}
