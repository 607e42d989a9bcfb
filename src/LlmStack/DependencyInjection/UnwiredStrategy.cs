using LlmStack.Configuration;
using LlmStack.Routing;

namespace LlmStack.DependencyInjection;

/// <summary>Stands for the built-in strategies.</summary>
internal sealed class UnwiredStrategy : IRoutingStrategy
{
    public static IRoutingStrategy? Create(string name, IServiceProvider services) =>
        StrategyResolver.BuiltInNames.Contains(name, StringComparer.OrdinalIgnoreCase) ? new UnwiredStrategy() : null;

    public int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random) => throw new NotSupportedException("seam");
}
