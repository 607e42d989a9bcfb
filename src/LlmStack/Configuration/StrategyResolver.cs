using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Configuration;

/// <summary>Strategies by name: registered ones first, so that an application may replace a built-in one.</summary>
internal sealed class StrategyResolver(IServiceProvider services, Func<string, StrategyOptions, IServiceProvider, IRoutingStrategy?> builtIn)
{
    /// <summary>The names of the built-in strategies.</summary>
    public static IReadOnlyList<string> BuiltInNames { get; } = [.. RoutingStrategy.BuiltIn.Select(static strategy => strategy.Name)];

    /// <summary>The strategy, or null when nobody knows the name. Every group gets its own.</summary>
    public IRoutingStrategy? Create(string name, StrategyOptions options) => services.GetKeyedService<IRoutingStrategy>(name) ?? builtIn(name, options, services);

    public bool Knows(string name) => BuiltInNames.Contains(name, StringComparer.OrdinalIgnoreCase) || IsRegistered(typeof(IRoutingStrategy), name);

    /// <summary>Whether a classifier is registered under a key.</summary>
    public bool KnowsClassifier(string key) => IsRegistered(typeof(IRequestClassifier), key);

    private bool IsRegistered(Type service, string key) => services.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(service, key) == true;
}
