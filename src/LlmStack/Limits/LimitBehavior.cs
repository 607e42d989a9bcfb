namespace LlmStack;

/// <summary>What a call does when a limit is used up and no other deployment is outside it.</summary>
public enum LimitBehavior
{
    /// <summary>It fails at once, with the time to wait.</summary>
    Fail = 0,

    /// <summary>It waits, up to a bound; what is known to take longer fails at once.</summary>
    WaitUpTo,
}
