namespace LlmStack.Routing;

/// <summary>Looks at one member by itself; returns the reason to remove it, or null.</summary>
internal delegate string? MemberCheck(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request);
