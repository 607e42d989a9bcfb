using LlmStack.Routing;
using LlmStack.Testing.Simulation;
using Xunit.Abstractions;
using static LlmStack.Tests.Simulation.SimulationSetups;

namespace LlmStack.Tests.Simulation;

public sealed class SimulationShareTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("Weighted")]
    [InlineData("RoundRobin")]
    public void Load_follows_weights_within_four_sigma(string strategy)
    {
        double[] weights = [1, 2, 3, 10, 0.5];
        SimulationReport report = Run(
            Equal(FiveModels, new RoutingStrategy(strategy), llm => llm.AddModelGroup(Group, group =>
            {
                for (int i = 0; i < FiveModels.Length; i++)
                {
                    double weight = weights[i];
                    group.AddDeployment(FiveModels[i], d => d.Weight = weight);
                }
            })),
            Scenario(500, 60));
        foreach ((DeploymentReport deployment, double weight) in report.Deployments.Zip(weights))
        {
            double share = weight / weights.Sum();
            double sigma = Math.Sqrt(share * (1 - share) / report.Calls);
            Assert.Equal(share, deployment.ExpectedShare!.Value, 9);
            Assert.InRange(deployment.Share, share - (4 * sigma), share + (4 * sigma));
        }
    }

    [Theory]
    [InlineData("Weighted")]
    [InlineData("RoundRobin")]
    [InlineData("LeastBusy")]
    [InlineData("LowestLatency")]
    public void No_equal_deployment_has_more_than_one_and_a_half_shares_in_any_second(string strategy)
    {
        SimulationReport report = Run(Equal(FiveModels, new RoutingStrategy(strategy)), Scenario(1_000, 30, streaming: 0.5));
        foreach (SimulationSecond second in report.Seconds.Where(static second => second.Arrived > 800))
        {
            Assert.InRange(second.AttemptsByDeployment.Max(), 0, 1.5 * second.Attempts / FiveModels.Length);
        }
    }

    [Fact]
    public void Nobody_is_flooded_while_another_is_down()
    {
        SimulationReport report = Run(Equal(Three), Scenario(1_000, 60).Outage("a", S(10), S(30)));
        Assert.All(report.Deployments.Skip(1), deployment => Assert.InRange(deployment.WorstShare!.Value, 1, 1.5));
    }

    [Fact]
    public void A_price_that_changes_moves_the_load_and_each_call_costs_what_held_then()
    {
        SimulationReport report = Run(
            Equal(["a/m", "b/m"], RoutingStrategy.LowestCost, llm => llm.AddModelGroup(Group, group => group
                .AddDeployment("a/m", d => d.Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 })
                .AddDeployment("b/m", d => d.Price = new ModelPrice { InputPerMillion = 2, OutputPerMillion = 2 }))),
            Scenario(50, 60).Change(S(30), static options => options.ModelGroups[Group].Deployments.Values.Single(d => d.Model == "a/m").Price!.InputPerMillion = 9));
        Assert.Equal([0, 0], [report.Seconds.Take(29).Sum(static s => s.AttemptsByDeployment[1]), report.Seconds.Skip(31).Sum(static s => s.AttemptsByDeployment[0])]);
        Assert.True(report.Cost > 0);
        Assert.Equal(report.Cost, report.Deployments.Sum(static d => d.Cost));
    }

    private SimulationReport Run(Action<ILlmStackBuilder> configure, SimulationScenario scenario)
    {
        SimulationReport report = Simulator.Run(configure, scenario);
        output.WriteLine(report.ToString());
        Assert.Equal((report.Calls, 0), (report.Served, report.Lost));
        return report;
    }
}
