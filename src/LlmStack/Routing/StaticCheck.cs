namespace LlmStack.Routing;

/// <summary>A static filter that judges each member by itself.</summary>
/// <param name="Filter">Its name.</param>
/// <param name="Kind">The kind of error when it empties the set.</param>
/// <param name="Check">What it does.</param>
internal sealed record StaticCheck(string Filter, LlmErrorKind Kind, MemberCheck Check)
{
    /// <summary>In the order in which they run.</summary>
    public static StaticCheck[] All { get; } =
    [
        new(FilterNames.Operation, LlmErrorKind.NoCandidate, Operation),
        new(FilterNames.Capability, LlmErrorKind.NoCandidate, CapabilityCheck.Needs),
        new(FilterNames.Parameters, LlmErrorKind.NoCandidate, CapabilityCheck.Parameters),
        new(FilterNames.Environment, LlmErrorKind.NoCandidate, Environment),
        new(FilterNames.Permissions, LlmErrorKind.PolicyDenied, Permissions),
        new(FilterNames.Region, LlmErrorKind.NoCandidate, Region),
        new(FilterNames.DataPolicy, LlmErrorKind.NoCandidate, DataPolicy),
        new(FilterNames.Only, LlmErrorKind.NoCandidate, Only),
        new(FilterNames.Ignore, LlmErrorKind.NoCandidate, Ignore),
        new(FilterNames.RequiredTags, LlmErrorKind.NoCandidate, RequiredTags),
    ];

    private static string? Operation(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request) =>
        deployment.ProviderEntry is { } provider && !provider.Supports(request.Operation) ? $"provider '{provider.Name}' does not offer {request.Operation}" : null;

    private static string? Environment(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request) =>
        deployment.Environments.Count > 0 && !NameList.Contains(deployment.Environments, snapshot.Environment)
            ? $"serves {string.Join(", ", deployment.Environments)}, not '{snapshot.Environment}'"
            : null;

    private static string? Permissions(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request) =>
        request.Context?.PermissionSet is { } permissions && !permissions.Allows(group, deployment) ? "not among the caller's permissions" : null;

    private static string? Region(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request) =>
        request.Routing?.Region is not { } region || string.Equals(region, deployment.Region, StringComparison.OrdinalIgnoreCase) ? null
        : deployment.Region is { } own ? $"region '{own}' is not '{region}'"
        : $"has no region, '{region}' is asked for";

    private static string? DataPolicy(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request)
    {
        if (request.Routing is not { } routing)
        {
            return null;
        }
        if (routing.ForbidTraining && deployment.TrainsOnData != false)
        {
            return deployment.TrainsOnData == true ? "trains on what it is sent" : "is not known not to train on what it is sent";
        }
        return routing.MaxRetention is not { } longest || deployment.Retention <= longest ? null
            : deployment.Retention is { } kept ? $"keeps content for {kept}, allowed is {longest}"
            : $"is not known to keep content no longer than {longest}";
    }

    private static string? Only(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request) =>
        request.Routing?.Only is { Count: > 0 } only && !deployment.IsNamedIn(only) ? "not among the deployments the call allows" : null;

    private static string? Ignore(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request) =>
        request.Routing?.Ignore is { Count: > 0 } ignore && deployment.IsNamedIn(ignore) ? "excluded by the call" : null;

    private static string? RequiredTags(RoutingSnapshot snapshot, ModelGroup group, Deployment deployment, in RouteRequest request) =>
        request.Routing is { RequiredTags: { Count: > 0 } tags } routing && !NameList.Has(deployment.Tags, tags, routing.MatchAllTags)
            ? "lacks the tags that are required"
            : null;
}
