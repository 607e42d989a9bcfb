using System.Text.Json;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class RouteCandidatesTests : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { TypeInfoResolver = LlmStackJson.TypeInfoResolver };

    private readonly CallHarness _h = new(
        static llm =>
        {
            llm.AddModelGroup("g", static g => g
                .AddDeployment("a/m")
                .AddDeployment("b/m")
                .AddDeployment("c/m", static d => d.Region = "us")
                .AddDeployment("d/m", static d => d.Order = 1));
            llm.AddModelGroup("many", static g =>
            {
                for (int i = 0; i < 30; i++)
                {
                    string id = $"n{i}";
                    g.AddDeployment("a/m", d => d.Id = id);
                }
            });
        },
        "a", "b", "c", "d");

    [Fact]
    public async Task A_route_keeps_whom_the_pick_looked_at()
    {
        CallRoute route = await RouteAsync("g");
        Assert.Equal(3, route.Candidates.Count);
        Assert.Equal(route.Deployment, route.Candidates[0].Deployment);
        Assert.All(route.Candidates, static candidate => Assert.True(candidate.Included));
        Assert.DoesNotContain(route.Candidates, static candidate => candidate.Deployment == "d/m");
        Assert.Null(route.Removals);
    }

    [Fact]
    public async Task A_route_counts_what_static_and_dynamic_filters_removed()
    {
        _h["a"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(30));
        await RouteAsync("g", new RoutingOptions { Order = ["a"] });
        CallRoute route = await RouteAsync("g", new RoutingOptions { Ignore = ["c"] });
        Assert.Equal("b/m", route.Deployment);
        Assert.Equal([new FilterRemoval("ignore", 1, "excluded by the call"), new FilterRemoval("cooldown", 1, "is cooling down after failures")], route.Removals);
        Assert.Equal(
            [("b/m", true, null, "picked by Weighted"), ("a/m", false, "cooldown", "is cooling down after failures")],
            route.Candidates.Select(static c => (c.Deployment, c.Included, c.Filter, c.Reason)));
    }

    [Fact]
    public async Task After_a_failure_the_candidates_are_those_of_the_last_pick()
    {
        _h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded);
        CallRoute route = await RouteAsync("g", new RoutingOptions { Order = ["a"], Ignore = ["c"] });
        Assert.Equal(["b/m", "a/m"], route.Candidates.Select(static c => c.Deployment));
        Assert.Equal(("history", "was asked by this request"), (route.Candidates[1].Filter, route.Candidates[1].Reason));
    }

    [Fact]
    public async Task A_large_group_costs_no_more_than_the_one_that_was_sampled() =>
        Assert.Single((await RouteAsync("many")).Candidates);

    [Fact]
    public async Task Asked_for_in_full_every_member_is_there_with_its_figures()
    {
        CallRoute route = await RouteAsync("g", new RoutingOptions { Explain = ExplainLevel.Full, Region = "us" });
        Assert.Equal(["a/m", "b/m", "c/m@us", "d/m"], route.Candidates.Select(static c => c.Deployment).Order());
        Assert.Equal(1, route.Candidates.Single(static c => c.Included).Share);
        Assert.Equal(30, (await RouteAsync("many", new RoutingOptions { Explain = ExplainLevel.Full })).Candidates.Count);
    }

    [Fact]
    public async Task When_nobody_is_left_the_exception_has_everybody()
    {
        LlmException error = await CallHarness.FailsAsync(() => RouteAsync("g", new RoutingOptions { Region = "mars" }));
        Assert.Equal(4, error.Route!.Candidates.Count);
        Assert.All(error.Route.Candidates, static candidate => Assert.Equal("region", candidate.Filter));
        Assert.Contains("\"Candidates\":[{\"Deployment\":\"a/m\"", JsonSerializer.Serialize(error.Route, Json), StringComparison.Ordinal);
    }

    public void Dispose() => _h.Dispose();

    private async Task<CallRoute> RouteAsync(string model, RoutingOptions? wishes = null) =>
        (await _h.Client.ChatAsync(model, [new ChatMessage(ChatRole.User, "Hello")], wishes is null ? null : new ChatOptions().WithRouting(wishes))).GetRoute()!;
}
