namespace LlmStack.Routing;

/// <summary>The dynamic filter that removed a candidate, in the order in which they run.</summary>
internal enum Removal
{
    None,
    Drained,
    ContextWindow,
    MaxOutput,
    Price,
    Constraint,
    User,
    History,
    Limits,
    ScopeLimits,
    Budget,
    Cooldown,
    Concurrency,
    Probe,
}
