namespace LlmStack.Routing;

/// <summary>What a group's strategy never allows of a member; a filter, not a rank.</summary>
internal interface IMemberConstraint
{
    /// <summary>Why the member is out, a constant; null when it stays.</summary>
    string? Violation(in RouteRequest request, Deployment deployment);
}
