namespace LlmStack.Limits.Scopes;

/// <summary>What a scope may look at: first what is known of the caller, then what a deployment is.</summary>
internal enum ScopeDimension
{
    Project,
    Team,
    User,
    Key,
    Session,
    Feature,
    Tag,
    Provider,
    Model,
    Deployment,
}
