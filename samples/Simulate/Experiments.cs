using LlmStack;
using LlmStack.Routing;
using LlmStack.Testing.Simulation;

namespace Simulate;

/// <summary>The scenarios of the report in docs/routing.md: three providers behind one group, 100 calls a second, something goes wrong after a minute.</summary>
internal static class Experiments
{
    private const string Group = "chat";

    private static readonly TimeSpan From = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan To = TimeSpan.FromMinutes(3);

    public static IReadOnlyList<Experiment> All { get; } =
    [
        new("one-down", "One of three providers answers 500 for two minutes.", Three(RoutingStrategy.Weighted), () => Scenario("One of three providers down").Outage("a", From, To)),
        new("two-down", "Two of three providers fail, one after the other.", Three(RoutingStrategy.Weighted), () => Scenario("Two of three providers down").Outage("a", From, To).Outage("b", From + TimeSpan.FromSeconds(20), To, LlmErrorKind.Overloaded)),
        new("hangs", "A provider accepts calls and never answers; attempts may take 8 s.", Three(RoutingStrategy.LeastBusy, static llm => llm.Configure(static options => options.Defaults.AttemptTimeout = TimeSpan.FromSeconds(8))), () => Scenario("A provider hangs").Hang("a", From, To)),
        new("rate-limit", "A provider admits 900 requests a minute of the 2,000 it would get, and says when to come back.", Three(RoutingStrategy.Weighted), () => Scenario("A provider limits requests").RateLimit("a", From, To, requestsPerMinute: 900, retryAfter: TimeSpan.FromSeconds(2))),
        new("slow", "A provider becomes four times slower; the group takes who is fastest.", Three(RoutingStrategy.LowestLatency), () => Scenario("A provider becomes slow").BrownOut("a", From, To, slowdown: 4)),
        new("key-refused", "A provider refuses the key for two minutes.", Three(RoutingStrategy.RoundRobin), () => Scenario("A key is refused", minutes: 8).Outage("a", From, To, LlmErrorKind.Authentication)),
        new("cut-streams", "A provider loses one stream in ten after its first content.", Three(RoutingStrategy.Weighted), () => Scenario("Streams are cut", streaming: 1).CutStreams("a", From, To, share: 0.1)),
        new("price", "The cheapest provider triples its price; the group takes who is cheapest.", Three(RoutingStrategy.LowestCost, Prices), () => Scenario("A price triples").Change(From, static options => PriceOf(options, "a/m").InputPerMillion = 1.5m)),
    ];

    private static SimulationScenario Scenario(string name, double streaming = 0.3, int minutes = 5) => new SimulationScenario(name)
    {
        Seed = 2026,
        Duration = TimeSpan.FromMinutes(minutes),
        Arrivals = ArrivalPattern.Poisson(100),
    }.AddCalls(Group, calls => calls.StreamingShare = streaming);

    private static Action<ILlmStackBuilder> Three(RoutingStrategy strategy, Action<ILlmStackBuilder>? more = null) => llm =>
    {
        foreach (string provider in new[] { "a", "b", "c" })
        {
            llm.AddOpenAICompatible(provider, $"https://{provider}.example/v1");
        }

        llm.AddModelGroup(Group, group => group.AddDeployment("a/m").AddDeployment("b/m").AddDeployment("c/m").UseStrategy(strategy));
        more?.Invoke(llm);
    };

    private static void Prices(ILlmStackBuilder llm) => llm.AddModelGroup(Group, static group =>
    {
        foreach ((string model, decimal price) in new[] { ("a/m", 0.5m), ("b/m", 0.8m), ("c/m", 1.2m) })
        {
            group.AddDeployment(model, deployment => deployment.Price = new ModelPrice { InputPerMillion = price, OutputPerMillion = price * 4 });
        }
    });

    private static ModelPrice PriceOf(LlmStackOptions options, string model) => options.ModelGroups[Group].Deployments.Values.Single(deployment => deployment.Model == model).Price!;
}
