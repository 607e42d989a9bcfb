using LlmStack.Routing;
using LlmStack.Testing.Simulation;

namespace LlmStack.Tests.Simulation;

/// <summary>Configurations that the scenarios of these tests run against.</summary>
internal static class SimulationSetups
{
    public const string Group = "chat";

    public static readonly string[] Three = ["a/m", "b/m", "c/m"];

    public static readonly string[] FiveModels = ["a/m", "b/m", "c/m", "d/m", "e/m"];

    /// <summary>Deployments of one provider each, in one group.</summary>
    public static Action<ILlmStackBuilder> Equal(string[] models, RoutingStrategy? strategy = null, Action<ILlmStackBuilder>? more = null) => llm =>
    {
        foreach (string model in models)
        {
            llm.AddOpenAICompatible(model[..model.IndexOf('/', StringComparison.Ordinal)], "http://127.0.0.1:1/v1");
        }

        llm.AddModelGroup(Group, group =>
        {
            foreach (string model in models)
            {
                group.AddDeployment(model);
            }

            group.UseStrategy(strategy ?? RoutingStrategy.Weighted);
        });
        more?.Invoke(llm);
    };

    public static SimulationScenario Scenario(double perSecond, int seconds, ulong seed = 1, double streaming = 0) => new SimulationScenario("test")
    {
        Seed = seed,
        Duration = TimeSpan.FromSeconds(seconds),
        Arrivals = ArrivalPattern.Poisson(perSecond),
    }.AddCalls(Group, calls => calls.StreamingShare = streaming);

    public static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
}
