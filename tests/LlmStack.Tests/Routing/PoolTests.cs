using CsCheck;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Configuration;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Routing;

public class PoolTests
{
    private static CallHarness Split(string? salt = null) => new(
        llm => llm.AddModelGroup("g", g => g
            .AddDeployment("a/m")
            .AddDeployment("b/m", static d => d.Tags = ["new"])
            .UseStrategy(RoutingStrategy.Split, o =>
            {
                o.Salt = salt;
                o.Pools["control"] = new PoolOptions { Use = ["a"], Share = 3 };
                o.Pools["canary"] = new PoolOptions { Use = ["new"], Share = 1 };
            })),
        "a",
        "b");

    private static async Task<CallRoute> As(CallHarness h, LlmContext context)
    {
        using IDisposable caller = LlmContext.Push(context);
        return (await h.Client.ChatAsync("g", "Hello")).GetRoute()!;
    }

    [Fact]
    public async Task A_split_is_stable_by_user_follows_its_shares_and_is_recorded()
    {
        using CallHarness h = Split();
        using CallHarness again = Split();
        int canaries = 0;
        for (int i = 0; i < 400; i++)
        {
            CallRoute route = await As(h, LlmContext.Empty with { UserId = $"user-{i}" });
            Assert.Equal(route.Pool == "canary" ? "b/m" : "a/m", route.Deployment);
            Assert.Equal($"assigned to {route.Pool}", route.Reason);
            canaries += route.Pool == "canary" ? 1 : 0;
            if (i % 40 == 0)
            {
                Assert.Equal(route.Pool, (await As(h, LlmContext.Empty with { UserId = $"user-{i}", SessionId = "other" })).Pool);
                Assert.Equal(route.Pool, (await As(again, LlmContext.Empty with { UserId = $"user-{i}" })).Pool);
            }
        }
        Assert.InRange(canaries, 100 - 35, 100 + 35);
        Assert.Equal("control", (await As(h, LlmContext.Empty)).Pool);
    }

    [Fact]
    public async Task Splits_with_different_salts_are_independent()
    {
        using CallHarness first = Split("one");
        using CallHarness second = Split("two");
        int both = 0;
        for (int i = 0; i < 320; i++)
        {
            LlmContext user = LlmContext.Empty with { UserId = $"user-{i}" };
            both += (await As(first, user)).Pool == "canary" && (await As(second, user)).Pool == "canary" ? 1 : 0;
        }
        Assert.InRange(both, 5, 38);
    }

    [Fact]
    public async Task A_call_is_not_lost_when_its_pool_is()
    {
        using CallHarness h = Split();
        h["b"].OnOtherCalls.Throw(LlmErrorKind.ServerError, statusCode: 500);
        for (int i = 0; i < 20; i++)
        {
            CallRoute route = await As(h, LlmContext.Empty with { UserId = $"user-{i}" });
            Assert.Equal("a/m", route.Deployment);
        }
    }

    [Fact]
    public void Shares_are_kept_within_four_sigma() =>
        Gen.Select(Gen.Double[0.1, 5].Array[2, 5], Gen.Int[0, 1_000_000]).Sample(static (shares, salt) =>
        {
            const int Users = 4000;
            var selector = new SplitSelector(shares, SplitKey.User, salt.ToString(System.Globalization.CultureInfo.InvariantCulture));
            int[] counts = new int[shares.Length];
            for (int i = 0; i < Users; i++)
            {
                counts[selector.Select(new RouteRequest { Context = LlmContext.Empty with { UserId = $"u{i}" } }) - 1]++;
            }
            for (int i = 0; i < shares.Length; i++)
            {
                double p = shares[i] / shares.Sum();
                Assert.InRange(counts[i], (Users * p) - (4.5 * Math.Sqrt(Users * p * (1 - p))), (Users * p) + (4.5 * Math.Sqrt(Users * p * (1 - p))));
            }
        }, iter: 50);

    [Theory]
    [InlineData("Hi there!", ComplexityTier.Simple)]
    [InlineData("What is the capital of France?", ComplexityTier.Simple)]
    [InlineData("Improve this sentence.", ComplexityTier.Simple)]
    [InlineData("Write a Python function that parses JSON and has a unit test for every branch, please, thoroughly.", ComplexityTier.Medium)]
    [InlineData("Refactor the function in this script: the distributed database loses a transaction under concurrency. First find the bug, then fix it.", ComplexityTier.Complex)]
    [InlineData("Prove the theorem step by step.", ComplexityTier.Reasoning)]
    [InlineData("PROVE it STEP BY STEP", ComplexityTier.Reasoning)]
    public void Complexity_follows_its_rules(string text, ComplexityTier tier)
    {
        Assert.Equal(tier, ComplexityRules.Classify(text));
        Assert.Equal(tier, ComplexityRules.Classify([new ChatMessage(ChatRole.System, "Reason step by step and prove everything."), new ChatMessage(ChatRole.User, text), new ChatMessage(ChatRole.Assistant, "prove, derive, step by step")]));
    }

    [Fact]
    public void Complexity_of_a_conversation_without_a_user_is_simple_and_classifying_allocates_nothing()
    {
        Assert.Equal(ComplexityTier.Simple, ComplexityRules.Classify([new ChatMessage(ChatRole.System, "Prove it step by step.")]));
        ChatMessage[] messages = [new(ChatRole.User, string.Concat(Enumerable.Repeat("Refactor the distributed algorithm. ", 100)))];
        ComplexityRules.Classify(messages);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ComplexityRules.Classify(messages);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Complexity_chooses_the_pool_and_a_missing_tier_goes_to_the_next_harder_one()
    {
        using CallHarness h = new(
            llm => llm.AddModelGroup("g", g => g
                .AddDeployment("a/small")
                .AddDeployment("b/large")
                .UseStrategy(RoutingStrategy.Complexity, static o =>
                {
                    o.Pools["Simple"] = new PoolOptions { Use = ["a"] };
                    o.Pools["Complex"] = new PoolOptions { Use = ["b"] };
                })),
            "a",
            "b");
        Assert.Equal("a/small", (await h.Client.ChatAsync("g", "Hi!")).GetRoute()!.Deployment);
        CallRoute medium = (await h.Client.ChatAsync("g", "Write a Python function that parses JSON and has a unit test for every branch, please, thoroughly.")).GetRoute()!;
        Assert.Equal(("b/large", "Complex"), (medium.Deployment, medium.Pool));
        Assert.Equal("b/large", (await h.Client.ChatAsync("g", "Prove it step by step.")).GetRoute()!.Deployment);
        RouteExplanation plan = await h.Router.ExplainAsync("g", [new ChatMessage(ChatRole.User, "Hi!")]);
        Assert.Equal("a/small", plan.Picked);
        Assert.Contains(plan.Candidates, static c => c.Reason == "outside the request's pool, asked after it");
    }

    [Theory]
    [InlineData("\"Strategy\": \"Complexity\", \"StrategyOptions\": { \"Pools\": { \"Easy\": {} } }", "StrategyOptions:Pools:Easy is 'Easy'; allowed: a tier")]
    [InlineData("\"Strategy\": \"Split\"", "StrategyOptions:Pools is empty; allowed: one or more pools")]
    [InlineData("\"Strategy\": \"Split\", \"StrategyOptions\": { \"Pools\": { \"a\": { \"Share\": 0 } } }", "StrategyOptions:Pools have no Share above 0")]
    [InlineData("\"Strategy\": \"Split\", \"StrategyOptions\": { \"Inner\": \"Split\", \"Pools\": { \"a\": { \"Use\": [\"nobody\"] } } }", "StrategyOptions:Pools:a:Use:0 is 'nobody'; allowed: a deployment, provider or tag of the group")]
    [InlineData("\"Strategy\": \"Split\", \"StrategyOptions\": { \"Inner\": \"Split\", \"Pools\": { \"a\": {} } }", "StrategyOptions:Inner is 'Split'; allowed: a strategy that ranks")]
    [InlineData("\"StrategyOptions\": { \"Pools\": { \"a\": {} } }", "StrategyOptions:Pools is set, but the strategy is Weighted")]
    [InlineData("\"Strategy\": \"Semantic\", \"StrategyOptions\": { \"DefaultPool\": \"x\", \"Pools\": { \"a\": {} } }", "StrategyOptions:DefaultPool is 'x'; allowed: a pool")]
    [InlineData("\"Strategy\": \"Semantic\", \"StrategyOptions\": { \"Pools\": { \"a\": {} } }", "StrategyOptions:EmbeddingModel is missing")]
    [InlineData("\"Strategy\": \"Classified\", \"StrategyOptions\": { \"Classifier\": \"none\", \"Pools\": { \"a\": {} } }", "StrategyOptions:Classifier is 'none'; allowed: the key of a registered IRequestClassifier")]
    public void Wrong_pools_are_found_at_start(string part, string problem)
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
