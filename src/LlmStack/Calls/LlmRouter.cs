using LlmStack.Diagnostics;
using LlmStack.Health;
using LlmStack.Routing;
using LlmStack.Routing.Rules;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Looks at the router from outside a call, through the same engine.</summary>
internal sealed class LlmRouter(SnapshotSource snapshots, RoutingEngine engine, ITokenEstimator estimator, LikelyOutput likelyOutput, AffinityStore affinities, IRouterConfiguration configuration, CallTelemetry telemetry, HealthTracker health, CallScopesPool scopes, LlmTracer tracer, TimeProvider time) : ILlmRouter
{
    public async ValueTask<RouteExplanation> ExplainAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentNullException.ThrowIfNull(messages);
        cancellationToken.ThrowIfCancellationRequested();
        RoutingSnapshot snapshot = snapshots.Current;
        ResolvedName name = snapshot.Resolve(model);
        IReadOnlyList<ChatMessage> list = messages as IReadOnlyList<ChatMessage> ?? [.. messages];

        // The caller as a call would see it: what came in with the request counts as well.
        LlmContext context = tracer.CurrentContext;
        int input = estimator.EstimateTokens(list, options);
        OutputExperience? experience = likelyOutput.Find(name.Group, context.Feature);
        var request = new RouteRequest
        {
            RequestedName = model,
            Operation = LlmOperation.Chat,
            Features = RequestInspector.FeaturesOf(list, options, streaming: false),
            EstimatedInputTokens = input,
            LikelyCachedTokens = LikelyOutput.ExpectCached(experience, input),
            LikelyOutputTokens = LikelyOutput.Expect(experience, options?.MaxOutputTokens),
            MaxOutputTokens = options?.MaxOutputTokens,
            Messages = list,
            Options = options,
            Routing = RoutingOptionsExtensions.Read(options?.AdditionalProperties),
            Context = context,
            Clock = time,
            Timestamp = time.GetTimestamp(),
        };
        if (name.Group.Rules is not null)
        {
            name = name with { Group = RuleSet.Follow(snapshot, name.Group, request).Group };
        }

        if (scopes.Peek(snapshot, context) is { } peek)
        {
            peek.LikelyOutputTokens = scopes.LikelyOutputOf(LlmOperation.Chat, name.Group.Name, context.Feature, options?.MaxOutputTokens);
            request = request with { Scopes = peek };
        }

        request = request with { Affinity = affinities.Find(name.Group, request) };
        if (name.Group.Classifier is { } classifier)
        {
            request = request with { Hints = await classifier.ClassifyAsync(request, cancellationToken).ConfigureAwait(false) };
        }

        return engine.Explain(snapshot, name, request);
    }

    public IReadOnlyList<DeploymentStatus> GetDeployments() => RouterStatus.Of(snapshots.Current, health);

    public IReadOnlyList<ConfigurationFinding> CheckConfiguration() =>
        ConfigurationCheck.Of(snapshots.Current, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));

    public IReadOnlyList<CallRoute> GetRecentCalls() => telemetry.RecentCalls;

    public void SetGroup(string name, ModelGroupOptions group)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(group);

        // What is changed at its deployments later, and what the caller does with it, must not reach what was given here.
        ModelGroupOptions given = group.Copy();
        configuration.Change(GroupKey(name), options => options.ModelGroups[name] = given.Copy());
    }

    public void RemoveGroup(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        configuration.Change(GroupKey(name), options => options.ModelGroups.Remove(name));
    }

    public void SetDeployment(string group, string key, DeploymentOptions deployment)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(group);
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        ArgumentNullException.ThrowIfNull(deployment);
        configuration.Change($"{GroupKey(group)}:{key}", options => (options.ModelGroups.GetValueOrDefault(group) ?? (options.ModelGroups[group] = new ModelGroupOptions())).Deployments[key] = deployment);
    }

    public void RemoveDeployment(string group, string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(group);
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        configuration.Change($"{GroupKey(group)}:{key}", options => options.ModelGroups.GetValueOrDefault(group)?.Deployments.Remove(key));
    }

    public void SetAlias(string name, string target)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        configuration.Change($"alias:{name}", options => options.Aliases[name] = new AliasOptions { Name = name, Target = target });
    }

    public void RemoveAlias(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        configuration.Change($"alias:{name}", options => options.Aliases.Remove(name));
    }

    public void Pin(string group, string deployment)
    {
        ModelGroup found = GroupOf(group);
        if (!Array.Exists(found.Members, member => member.Deployment.Id == deployment))
        {
            throw new LlmException(LlmErrorKind.NotFound, $"The group '{group}' has no deployment '{deployment}'; allowed: {string.Join(", ", found.Members.Select(static member => member.Deployment.Id))}.");
        }

        found.Control.PinnedTo = deployment;
    }

    public void Unpin(string group) => GroupOf(group).Control.PinnedTo = null;

    public void Drain(string deployment) => DeploymentOf(deployment).Health.Draining = true;

    public void Resume(string deployment) => DeploymentOf(deployment).Health.Draining = false;

    private static string GroupKey(string name) => $"group:{name}";

    private ModelGroup GroupOf(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return snapshots.Current.Groups.GetValueOrDefault(name)
            ?? throw new LlmException(LlmErrorKind.NotFound, $"There is no group '{name}'; allowed: {string.Join(", ", snapshots.Current.Groups.Keys.Order(StringComparer.OrdinalIgnoreCase))}.");
    }

    private Deployment DeploymentOf(string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return snapshots.Current.Deployments.GetValueOrDefault(id)
            ?? throw new LlmException(LlmErrorKind.NotFound, $"There is no deployment '{id}'; allowed: {string.Join(", ", snapshots.Current.Deployments.Keys.Order(StringComparer.Ordinal))}.");
    }
}
