using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using LlmStack.Tracing;

namespace LlmStack.Tests.Routing;

public class UtilityTests
{
    private readonly SnapshotTestBuilder _builder = new();

    private static readonly ModelPrice Cheap = new() { InputPerMillion = 1, OutputPerMillion = 1 };
    private static readonly ModelPrice Dear = new() { InputPerMillion = 50, OutputPerMillion = 50 };

    private string Pick(ModelGroup group, in RouteRequest request) => _builder.Engine().Pick(_builder.Build(), group, request, null, PickMode.Fresh).Member!.Deployment.Model;

    private ModelGroup Two(StrategyOptions options, string strategy = "Utility") =>
        _builder.Group("g", strategy, options, _builder.Member("openai/cheap", price: Cheap, quality: 0.6), _builder.Member("openai/good", price: Dear, quality: 0.9));

    [Fact]
    public void Utility_weighs_quality_against_cost_and_latency()
    {
        RouteRequest small = _builder.Request(input: 10, output: 10);
        Assert.Equal("good", Pick(Two(new StrategyOptions()), small));
        Assert.Equal("cheap", Pick(Two(new StrategyOptions()), _builder.Request(input: 1000, output: 1000)));
        ModelGroup group = Two(new StrategyOptions { CostWeight = 0, LatencyWeight = 1 });
        _builder.Health.Started(group.Members[1].Deployment);
        _builder.Health.Succeeded(group.Members[1].Deployment, _builder.Sample(5));
        Assert.Equal("cheap", Pick(group, small));
    }

    [Fact]
    public void Hard_constraints_remove_and_say_why()
    {
        ModelGroup quality = Two(new StrategyOptions { MinQuality = 0.8, CostWeight = 1000 });
        Assert.Equal("good", Pick(quality, _builder.Request()));
        ModelGroup cost = Two(new StrategyOptions { MaxCost = 0.001m, CostWeight = 0 });
        Assert.Equal("cheap", Pick(cost, _builder.Request(input: 400, output: 400)));
        ModelGroup nobody = Two(new StrategyOptions { MaxCost = 0 });
        PickResult result = _builder.Engine().Pick(_builder.Build(), nobody, _builder.Request(), null, PickMode.Fresh);
        Assert.Equal((PickStatus.Filtered, "the expected cost is above the group's limit, or unknown"), (result.Status, result.Reason));
        ModelGroup slow = Two(new StrategyOptions { MaxLatency = TimeSpan.FromSeconds(1), CostWeight = 0 });
        _builder.Health.Started(slow.Members[1].Deployment);
        _builder.Health.Succeeded(slow.Members[1].Deployment, _builder.Sample(2));
        Assert.Equal("cheap", Pick(slow, _builder.Request()));
    }

    [Fact]
    public void Adaptive_learns_from_scores_for_each_feature_and_still_explores()
    {
        ModelGroup group = _builder.Group("g", "Adaptive", new StrategyOptions { LatencyWeight = 0, CostWeight = 0 }, _builder.Member("openai/a"), _builder.Member("openai/b"));
        QualityTable table = _builder.Quality.Find("quality")!;
        for (int i = 0; i < 60; i++)
        {
            table.Learn(group.Members[0].Deployment, "search", i % 4 == 0 ? 0 : 1);
            table.Learn(group.Members[1].Deployment, "search", i % 2);
        }
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        int Share(string? feature) => Enumerable.Range(0, 2000).Count(_ =>
            engine.Pick(snapshot, group, _builder.Request() with { Context = LlmContext.Empty with { Feature = feature } }, null, PickMode.Fresh).Member!.Key == "openai/a");
        Assert.InRange(Share("search"), 1900, 1999);
        Assert.InRange(Share("other"), 850, 1150);
    }

    [Fact]
    public void A_posterior_forgets_slowly_and_its_draws_have_its_mean()
    {
        var posterior = new QualityPosterior(0.5);
        for (int i = 0; i < 5000; i++)
        {
            posterior.Add(1);
        }
        Assert.InRange(posterior.Mean, 0.99, 1);
        for (int i = 0; i < 200; i++)
        {
            posterior.Add(0);
        }
        Assert.InRange(posterior.Mean, 0.3, 0.4);
        double sum = 0;
        for (int i = 0; i < 4000; i++)
        {
            double draw = posterior.Draw(_builder.Random);
            Assert.InRange(draw, 0, 1);
            sum += draw;
        }
        Assert.InRange(sum / 4000, posterior.Mean - 0.01, posterior.Mean + 0.01);
        var rare = new QualityPosterior(0);
        Assert.InRange(Enumerable.Range(0, 1000).Average(_ => rare.Draw(_builder.Random)), 0, 0.01);
    }

    [Fact]
    public void The_table_is_bounded()
    {
        var table = new QualityTable();
        Deployment deployment = _builder.Member("openai/a").Deployment;
        for (int i = 0; i < 3 * QualityTable.Capacity; i++)
        {
            table.Learn(deployment, $"f{i}", 1);
        }
        Assert.InRange(table.Count, 1, QualityTable.Capacity);
    }

    [Fact]
    public async Task A_score_of_a_response_teaches_the_deployment_that_served()
    {
        using Calls.CallHarness h = new(
            llm => llm.AddModelGroup("g", g => g.AddDeployment("a/m").UseStrategy(RoutingStrategy.Adaptive, static o => o.ScoreName = "helpful")),
            "a");
        using (h.Tracer.StartTrace("t", new TraceContext { Feature = "search" }))
        {
            Microsoft.Extensions.AI.ChatResponse response = await h.Client.ChatAsync("g", "Hello");
            Assert.True(response.Score("helpful", true));
            Assert.True(response.Score("other", 0));
        }
        QualityTable table = h.Get<QualityBook>().Find("helpful")!;
        Deployment deployment = h.Get<SnapshotSource>().Current.Deployments["a/m"];
        Assert.Equal(6.0 / 11, table.Mean(deployment, "search"), 6);
        Assert.Equal(0.5, table.Mean(deployment, "else"));
    }

    [Theory]
    [InlineData("\"Strategy\": \"Weighted\", \"StrategyOptions\": { \"Tolerance\": 0.1 }", "StrategyOptions:Tolerance is set, but the strategy is Weighted; allowed: only with LowestLatency, HighestThroughput")]
    [InlineData("\"Strategy\": \"LowestLatency\", \"StrategyOptions\": { \"Tolerance\": -1 }", "StrategyOptions:Tolerance is -1; allowed: a number from 0 to 10")]
    [InlineData("\"Strategy\": \"LowestCost\", \"StrategyOptions\": { \"Exponent\": 0 }", "StrategyOptions:Exponent is 0; allowed: a number above 0, at most 10")]
    [InlineData("\"Strategy\": \"Percentile\"", "StrategyOptions has no objective; allowed: MaxFirstToken, MinTokensPerSecond or both")]
    [InlineData("\"Strategy\": \"Percentile\", \"StrategyOptions\": { \"Percentile\": 0.999, \"MinTokensPerSecond\": 5 }", "StrategyOptions:Percentile is 0.999; allowed: a number from 0.5 to 0.99")]
    public void Wrong_settings_of_a_strategy_are_found_at_start(string part, string problem)
    {
        using var services = Stack.Build(configuration: Stack.Json($$"""
            {
              "Providers": { "openai": { "Type": "OpenAI", "ApiKey": "k" } },
              "ModelGroups": { "g": { "Deployments": { "a": { "Model": "openai/m" } }, {{part}} } }
            }
            """));
        Assert.Contains("LlmStack:ModelGroups:g:" + problem, services.Failure(), StringComparison.Ordinal);
    }
}
