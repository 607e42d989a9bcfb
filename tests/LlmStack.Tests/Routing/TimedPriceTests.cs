using LlmStack.Catalog;
using LlmStack.Routing;
using LlmStack.Routing.Strategies;
using LlmStack.Tests.Calls;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Routing;

/// <summary>Virtual time begins on 2026-11-24 at 8 o'clock UTC.</summary>
public class TimedPriceTests
{
    private static readonly ModelPrice Flat = new() { InputPerMillion = 5, OutputPerMillion = 5 };

    private static readonly ModelPrice CheapAtNight = new()
    {
        InputPerMillion = 10,
        OutputPerMillion = 10,
        Windows = new() { ["night"] = new PriceWindow { UtcFrom = new TimeOnly(16, 0), UtcTo = new TimeOnly(0, 30), InputPerMillion = 1, OutputPerMillion = 1 } },
    };

    private static readonly ModelPrice CheaperSoon = new()
    {
        InputPerMillion = 10,
        OutputPerMillion = 10,
        Next = new() { ["cut"] = new FuturePrice { Date = new DateOnly(2026, 11, 25), InputPerMillion = 1, OutputPerMillion = 1 } },
    };

    private static CallHarness Harness(ModelPrice timed) => new(
        llm => llm.AddModelGroup("g", g => g.AddDeployment("a/m", d => d.Price = timed).AddDeployment("b/m", d => d.Price = Flat).UseStrategy(RoutingStrategy.LowestCost)),
        "a",
        "b");

    public static TheoryData<string, int> Timed => new() { { "night", 8 }, { "soon", 16 } };

    private static ModelPrice PriceOf(string name) => name == "night" ? CheapAtNight : CheaperSoon;

    [Theory]
    [MemberData(nameof(Timed))]
    public async Task The_cheapest_is_who_is_cheapest_at_this_hour_and_date(string price, int hours)
    {
        using CallHarness h = Harness(PriceOf(price));
        Assert.Equal("b/m", (await h.Client.ChatAsync("g", "Hello")).GetRoute()!.Deployment);
        h.Time.Advance(TimeSpan.FromHours(hours));
        Assert.Equal("a/m", (await h.Client.ChatAsync("g", "Hello")).GetRoute()!.Deployment);
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public async Task The_cap_of_a_call_and_the_explanation_count_the_price_of_the_moment(string price, int hours)
    {
        using CallHarness h = Harness(PriceOf(price));
        ChatOptions capped = new ChatOptions { MaxOutputTokens = 100 }.WithRouting(new RoutingOptions { Only = ["a/m"], MaxCost = 0.0005m });
        List<ChatMessage> hello = [new(ChatRole.User, "Hello")];
        Assert.Equal(LlmErrorKind.BudgetExceeded, (await CallHarness.FailsAsync(() => h.Client.ChatAsync("g", hello, capped))).Kind);
        decimal dear = CostOf(await h.Router.ExplainAsync("g", hello));
        h.Time.Advance(TimeSpan.FromHours(hours));
        Assert.Equal(dear / 10, CostOf(await h.Router.ExplainAsync("g", hello)), 6);
        Assert.Equal("a/m", (await h.Client.ChatAsync("g", hello, capped)).GetRoute()!.Deployment);
    }

    [Fact]
    public void Neither_kind_of_price_costs_an_allocation()
    {
        var request = new RouteRequest { EstimatedInputTokens = 1000, LikelyOutputTokens = 100, Clock = TimeProvider.System };
        ExpectedCost.Of(CheapAtNight, request);
        ExpectedCost.Of(CheaperSoon, request);
        long before = GC.GetAllocatedBytesForCurrentThread();
        double total = 0;
        for (int i = 0; i < 100; i++)
        {
            total += ExpectedCost.Of(Flat, request) + ExpectedCost.Of(CheapAtNight, request) + ExpectedCost.Of(CheaperSoon, request);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(total > 0);
    }

    private static decimal CostOf(RouteExplanation explanation) => explanation.Candidates.Single(static c => c.Provider == "a").ExpectedCost!.Value;
}
