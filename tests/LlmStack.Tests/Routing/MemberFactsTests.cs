using CsCheck;
using LlmStack.Routing;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Routing;

/// <summary>The pick's first look at a member never keeps one that a filter removes, and keeps plain ones without a second look.</summary>
public class MemberFactsTests
{
    private static DynamicFilters FiltersOf(SnapshotTestBuilder builder) => new([], builder.Admission, builder.Health, builder.Estimator);

    private static ModelPrice?[] Prices =>
    [
        null,
        new ModelPrice { InputPerMillion = 1, OutputPerMillion = 5 },
        new ModelPrice { InputPerMillion = 1, OutputPerMillion = 5, CacheReadPerMillion = 3, PerRequest = 0.001m },
        new ModelPrice { PerRequest = 0.01m },
        new ModelPrice { OutputPerMillion = 5 },
        new ModelPrice { InputPerMillion = 1, OutputPerMillion = 5, LongContext = new() { ["long"] = new LongContextPrice { From = 500, InputPerMillion = 90 } } },
    ];

    [Fact]
    public void First_look_agrees_with_the_filters()
    {
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 4_000], Gen.Int[0, 2_000], Gen.Int[1, 30], Gen.Bool, Gen.Int[0, 5]).Sample((price, input, output, cap, calibrated, state) =>
        {
            var builder = new SnapshotTestBuilder();
            Member member = builder.Member("openai/a", window: 8_000, maxOutput: 1_000, price: Prices[price], rpm: state == 1 ? 1 : 100);
            ModelGroup group = builder.Group("test", [member, builder.Member("azure/b")]);
            if (calibrated)
            {
                for (int i = 0; i < 50; i++)
                {
                    builder.Estimator.Observe("a", 100, 480);
                }
            }
            Put(builder, group, member.Deployment, state);
            RouteRequest request = builder.Request(new RoutingOptions { MaxCost = cap / 1_000m }, input, output) with { MaxOutputTokens = output == 0 ? null : output, LikelyCachedTokens = input / 2 };
            DynamicFilters filters = FiltersOf(builder);
            var facts = new MemberFacts(member);
            Assert.False(filters.Keeps(request, facts, null) && filters.Judge(request, member, null, PickMode.Fresh).Removal != Removal.None);
        }, iter: 2_000);
    }

    [Fact]
    public void Plain_member_needs_no_second_look()
    {
        var builder = new SnapshotTestBuilder();
        Member member = builder.Member("openai/a", window: 8_000, rpm: 100, price: Prices[1]);
        DynamicFilters filters = FiltersOf(builder);
        var facts = new MemberFacts(member);
        Assert.True(filters.Keeps(builder.Request(), facts, null));
        Assert.True(filters.Keeps(builder.Request(new RoutingOptions { MaxCost = 0.01m }), facts, null));
        Assert.True(filters.Keeps(builder.Request(), facts, new AttemptHistory()));
    }

    [Fact]
    public void Cost_at_the_cap_is_left_to_the_exact_look_and_stays()
    {
        var builder = new SnapshotTestBuilder();
        Member member = builder.Member("openai/a", price: Prices[1]);
        builder.Group("test", [member]);
        RouteRequest request = builder.Request(new RoutingOptions { MaxCost = 0.0006m }, input: 100, output: 100);
        Assert.Equal(Removal.None, FiltersOf(builder).Judge(request, member, null, PickMode.Fresh).Removal);
        Assert.Same(member, builder.Engine().Pick(builder.Build(), builder.Build().Groups["test"], request, null, PickMode.Fresh).Member);
    }

    [Fact]
    public void Request_that_has_asked_somebody_is_always_looked_at_in_full()
    {
        var builder = new SnapshotTestBuilder();
        Member member = builder.Member("openai/a");
        var history = new AttemptHistory();
        history.Add(builder.Member("azure/b").Deployment, refused: false);
        Assert.False(FiltersOf(builder).Keeps(builder.Request(), new MemberFacts(member), history));
    }

    private static void Put(SnapshotTestBuilder builder, ModelGroup group, Deployment deployment, int state)
    {
        switch (state)
        {
            case 1:
                Assert.True(builder.Admission.TryReserve(new LlmStack.Limits.Demand(deployment, LlmContext.Empty, 1, 1, builder.Now), out _).Admitted);
                break;
            case 2:
                builder.Fail(group, deployment, LlmErrorKind.RateLimited);
                break;
            case 3:
                deployment.Health.Draining = true;
                break;
            case 4:
                deployment.Health.Headroom.Report(500, builder.Now + builder.Time.TimestampFrequency);
                break;
            default:
                break;
        }
    }
}
