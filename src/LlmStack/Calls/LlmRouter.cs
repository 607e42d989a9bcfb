using LlmStack.Diagnostics;
using LlmStack.Health;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Looks at the router from outside a call, through the same engine.</summary>
internal sealed class LlmRouter(SnapshotSource snapshots, RoutingEngine engine, ITokenEstimator estimator, LikelyOutput likelyOutput, CallTelemetry telemetry, HealthTracker health, TimeProvider time) : ILlmRouter
{
    public ValueTask<RouteExplanation> ExplainAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentNullException.ThrowIfNull(messages);
        cancellationToken.ThrowIfCancellationRequested();
        RoutingSnapshot snapshot = snapshots.Current;
        ResolvedName name = snapshot.Resolve(model);
        IReadOnlyList<ChatMessage> list = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        LlmContext context = LlmContext.Current;
        int input = estimator.EstimateTokens(list, options);
        var request = new RouteRequest
        {
            RequestedName = model,
            Operation = LlmOperation.Chat,
            Features = RequestInspector.FeaturesOf(list, options, streaming: false),
            EstimatedInputTokens = input,
            LikelyCachedTokens = likelyOutput.ExpectCached(name.Group.Name, context.Feature, input),
            LikelyOutputTokens = likelyOutput.Expect(name.Group.Name, context.Feature, options?.MaxOutputTokens),
            MaxOutputTokens = options?.MaxOutputTokens,
            Messages = list,
            Options = options,
            Routing = RoutingOptionsExtensions.Read(options?.AdditionalProperties),
            Context = context,
            Timestamp = time.GetTimestamp(),
        };
        return new ValueTask<RouteExplanation>(engine.Explain(snapshot, name, request));
    }

    public IReadOnlyList<DeploymentStatus> GetDeployments() => RouterStatus.Of(snapshots.Current, health);

    public IReadOnlyList<ConfigurationFinding> CheckConfiguration() =>
        ConfigurationCheck.Of(snapshots.Current, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));

    public IReadOnlyList<CallRoute> GetRecentCalls() => telemetry.RecentCalls;
}
