using System.Diagnostics.CodeAnalysis;
using LlmStack.Configuration;
using LlmStack.Routing;

namespace LlmStack;

/// <summary>Defines a model group in code.</summary>
public sealed class ModelGroupBuilder
{
    private readonly List<Action<ModelGroupOptions>> _steps = [];
    private int _fallbacks;
    private int _rules;

    internal ModelGroupBuilder(string name) => Name = name;

    /// <summary>The name applications ask for.</summary>
    public string Name { get; }

    /// <summary>Adds a deployment.</summary>
    /// <param name="model"><c>provider/model</c>.</param>
    /// <param name="configure">Sets weight, limits, region and so on; or null.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> is empty.</exception>
    public ModelGroupBuilder AddDeployment(string model, Action<DeploymentOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var probe = new DeploymentOptions { Model = model };
        configure?.Invoke(probe);
        _ = ModelName.TryParse(probe.Model, out ModelName name);

        // The key becomes part of a configuration path, where a colon would separate levels.
        string key = (name == default ? model : ModelName.IdOf(probe, name)).Replace(':', '-');
        _steps.Add(group =>
        {
            if (!group.Deployments.TryGetValue(key, out DeploymentOptions? deployment))
            {
                group.Deployments[key] = deployment = new DeploymentOptions();
            }

            deployment.Model = model;
            configure?.Invoke(deployment);
        });
        return this;
    }

    /// <summary>Sets what ranks the deployments.</summary>
    /// <param name="strategy">A built-in strategy, or the key of a registered <see cref="IRoutingStrategy"/>.</param>
    /// <param name="configure">Sets the strategy's own settings; or null for its defaults.</param>
    public ModelGroupBuilder UseStrategy(RoutingStrategy strategy, Action<StrategyOptions>? configure = null) => Configure(group =>
    {
        group.Strategy = strategy.Name;
        configure?.Invoke(group.StrategyOptions);
    });

    /// <summary>Adds a rule; rules are looked at in the order they were added, and the first whose condition holds decides.</summary>
    /// <param name="id">A name for it, which the route shows.</param>
    /// <param name="when">The condition in code, or null for one in <see cref="RuleOptions.When"/>, or none.</param>
    /// <param name="configure">Says whom it chooses: <see cref="RuleOptions.Group"/> or <see cref="RuleOptions.Use"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="id"/> is empty.</exception>
    [Experimental("LLMSTACK001")]
    public ModelGroupBuilder AddRule(string id, Func<RouteRequest, bool>? when, Action<RuleOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentNullException.ThrowIfNull(configure);
        int order = _rules++;
        return Configure(group =>
        {
            var rule = new RuleOptions { Order = order, Predicate = when };
            configure(rule);
            group.Rules[id] = rule;
        });
    }

    /// <summary>Falls back to another group; several are tried in the order they were added.</summary>
    /// <param name="group">The group.</param>
    /// <param name="kinds">The kinds of error it is for. None: those another deployment could cure.</param>
    /// <exception cref="ArgumentException"><paramref name="group"/> is empty.</exception>
    public ModelGroupBuilder FallBackTo(string group, params LlmErrorKind[] kinds)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(group);
        int order = _fallbacks++;
        List<string> names = [.. kinds.Select(ErrorKindTraits.NameOf)];
        return Configure(options => options.Fallbacks[group] = new FallbackOptions { Group = group, Order = order, Kinds = [.. names] });
    }

    /// <summary>Falls back to another group; several are tried in the order they were added.</summary>
    /// <param name="group">The group.</param>
    /// <param name="configure">Says which failures it is for, and what changes in the request on the way.</param>
    /// <exception cref="ArgumentException"><paramref name="group"/> is empty.</exception>
    public ModelGroupBuilder FallBackTo(string group, Action<FallbackOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(group);
        ArgumentNullException.ThrowIfNull(configure);
        int order = _fallbacks++;
        return Configure(options =>
        {
            var fallback = new FallbackOptions { Group = group, Order = order };
            configure(fallback);
            options.Fallbacks[group] = fallback;
        });
    }

    /// <summary>Changes any option of the group; applied in the order of these calls.</summary>
    /// <param name="configure">The change.</param>
    public ModelGroupBuilder Configure(Action<ModelGroupOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _steps.Add(configure);
        return this;
    }

    internal void Apply(LlmStackOptions options)
    {
        if (!options.ModelGroups.TryGetValue(Name, out ModelGroupOptions? group))
        {
            options.ModelGroups[Name] = group = new ModelGroupOptions();
        }

        foreach (Action<ModelGroupOptions> step in _steps)
        {
            step(group);
        }
    }
}
