using LlmStack.Routing;
using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>
/// What spans say of calls that a deployment served at once: names of operation, provider and models, how they ended, and the route. The
/// same for most of them, so it is encoded once.
/// </summary>
internal sealed class CallText(SpanRecord record, byte[] encoded)
{
    private readonly string? _operation = record.Operation;
    private readonly ObservationType _type = record.Type;
    private readonly string? _provider = record.ProviderName;
    private readonly string? _model = record.Model;
    private readonly string? _responseModel = record.ResponseModel;
    private readonly string? _finish = record.FinishReason;
    private readonly string _requested = record.Route!.RequestedName;
    private readonly string? _group = record.Route.Group;
    private readonly string? _reason = record.Route.Reason;
    private readonly string? _limitedBy = record.Route.LimitedBy;
    private readonly string? _pool = record.Route.Pool;
    private readonly long _snapshot = record.Route.SnapshotVersion;
    private readonly bool _hasUsage = record.Usage is not null;

    /// <summary>The attributes.</summary>
    public byte[] Encoded { get; } = encoded;

    /// <summary>Whether nothing but the deployment and the names above decides what is said.</summary>
    public static bool Suits(SpanRecord record) =>
        record is { Deployment: { } deployment, Route: { WrittenAttempts: null, Alias: null } route, Attempt: null, ErrorKind: null }
        && ReferenceEquals(route.Served, deployment);

    public bool IsOf(SpanRecord other)
    {
        CallRoute route = other.Route!;
        return _snapshot == route.SnapshotVersion
            && _type == other.Type
            && _hasUsage == other.Usage is not null
            && Same(_operation, other.Operation)
            && Same(_provider, other.ProviderName)
            && Same(_model, other.Model)
            && Same(_responseModel, other.ResponseModel)
            && Same(_finish, other.FinishReason)
            && Same(_requested, route.RequestedName)
            && Same(_group, route.Group)
            && Same(_reason, route.Reason)
            && Same(_limitedBy, route.LimitedBy)
            && Same(_pool, route.Pool);
    }

    private static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.Ordinal);
}
