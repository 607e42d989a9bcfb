using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Configuration;

/// <summary>Strategies by name: registered ones first, so that an application may replace a built-in one.</summary>
internal sealed class StrategyResolver(IServiceProvider services, Func<string, IServiceProvider, IRoutingStrategy?> builtIn)
{
    /// <summary>The names of the built-in strategies.</summary>
    public static IReadOnlyList<string> BuiltInNames { get; } =
    [
        RoutingStrategy.Weighted.Name,
        RoutingStrategy.RoundRobin.Name,
        RoutingStrategy.LeastBusy.Name,
        RoutingStrategy.LowestLatency.Name,
        RoutingStrategy.LowestCost.Name,
    ];

    /// <summary>The strategy, or null when nobody knows the name. Every group gets its own.</summary>
    public IRoutingStrategy? Create(string name) => services.GetKeyedService<IRoutingStrategy>(name) ?? builtIn(name, services);

    public bool Knows(string name) =>
        BuiltInNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        || services.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(IRoutingStrategy), name) == true;
}
