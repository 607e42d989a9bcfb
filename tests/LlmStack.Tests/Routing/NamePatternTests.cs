using CsCheck;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Routing;

public class NamePatternTests
{
    private static string? Fill(string pattern, string target, string name) =>
        new NamePattern(pattern).Match(name) is { } captures ? new NamePattern(target).Fill(name, captures) : null;

    [Theory]
    [InlineData("llmengine/*", "openai/*", "llmengine/foo", "openai/foo")]
    [InlineData("llmengine/*", "openai/foo", "llmengine/bar", "openai/foo")]
    [InlineData("fo::*::static::*", "openai/fo::*:static::*", "fo::hi::static::hello", "openai/fo::hi:static::hello")]
    [InlineData("*meta.llama3*", "bedrock/meta.llama3-*", "bedrock/meta.llama3-70b", "bedrock/meta.llama3-70b")]
    [InlineData("gpt-*-*", "azure/*", "gpt-5-mini", "azure/gpt-5-mini")]
    [InlineData("GPT-*", "openai/gpt-*", "gpt-Mini", "openai/gpt-Mini")]
    [InlineData("a*a", "p/*", "a", null)]
    [InlineData("a*a", "p/x*y", "aa", "p/xy")]
    [InlineData("gpt-*", "openai/*", "claude", null)]
    public void Stars_carry_the_captured_text_to_the_target(string pattern, string target, string name, string? expected) => Assert.Equal(expected, Fill(pattern, target, name));

    [Fact]
    public void A_name_made_from_a_pattern_matches_it_and_gives_the_same_name_back()
    {
        Gen<string> piece = Gen.Char["ab/:"].Array[0, 4].Select(static chars => new string(chars));
        Gen.Select(piece.Array[2, 5], piece.Array[4]).Sample((literals, captured) =>
        {
            string pattern = string.Join('*', literals);
            string name = literals[0] + string.Concat(literals.Skip(1).Select((literal, i) => captured[i] + literal));
            string[]? captures = new NamePattern(pattern).Match(name);
            Assert.NotNull(captures);
            Assert.Equal(literals.Length - 1, captures.Length);
            Assert.Equal(name, new NamePattern(pattern).Fill(name, captures), ignoreCase: true);
        });
    }

    [Fact]
    public void The_longest_literal_wins_and_the_route_names_the_pattern()
    {
        using var services = Stack.Build(configuration: Stack.Json("""
            {
              "Providers": { "openai": { "Type": "OpenAI", "ApiKey": "k" }, "local": { "Endpoint": "http://127.0.0.1:1/v1" } },
              "ModelGroups": {
                "engine": { "Pattern": "engine/*", "Deployments": { "a": { "Model": "openai/*", "Region": "eu", "RequestsPerMinute": 5 }, "b": { "Model": "local/tuned" } } },
                "fast": { "Pattern": "quick-*", "Deployments": { "a": { "Model": "openai/gpt-mini" } } }
              },
              "Aliases": {
                "any": { "Name": "e*", "Target": "fast" },
                "gpt": { "Name": "gpt-*", "Target": "openai/gpt-*" },
                "one": { "Name": "mini", "Target": "openai/gpt-mini" }
              }
            }
            """));
        RoutingSnapshot snapshot = services.Snapshot();
        ResolvedName engine = snapshot.Resolve("engine/big");
        Assert.Equal(("engine", "engine/*"), (engine.Group.Name, engine.Alias));
        Assert.Equal(["openai/big@eu", "local/tuned"], engine.Group.Members.Select(static m => m.Deployment.Id));
        Assert.Equal(5, engine.Group.Members[0].Deployment.RequestsPerMinute);
        Assert.Same(engine.Group, snapshot.Resolve("engine/big").Group);
        Assert.Same(engine.Group.RetryBudget, snapshot.Resolve("engine/other").Group.RetryBudget);
        Assert.Equal(("fast", "quick-*"), (snapshot.Resolve("quick-one").Group.Name, snapshot.Resolve("quick-one").Alias));
        Assert.Equal(("fast", "e*"), (snapshot.Resolve("else").Group.Name, snapshot.Resolve("else").Alias));
        Assert.Equal("openai/gpt-5", snapshot.Resolve("gpt-5").Group.Members[0].Deployment.Id);
        Assert.Same(snapshot.Deployments["openai/gpt-mini"], snapshot.Resolve("mini").Group.Members[0].Deployment);
        Assert.DoesNotContain("openai/*@eu", snapshot.Deployments.Keys);
        Assert.Equal("fast", snapshot.Resolve("engine/").Group.Name);
        LlmException error = Assert.Throws<LlmException>(() => snapshot.Resolve("Gpt"));
        Assert.Equal(LlmErrorKind.NotFound, error.Kind);
        Assert.Contains("gpt-*", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"Aliases\": { \"a\": { \"Name\": \"x-*\", \"Target\": \"openai/*-*\" } }", "LlmStack:Aliases:a:Target is 'openai/*-*'; allowed: at most as many stars as its Name has, 1")]
    [InlineData("\"Aliases\": { \"a\": { \"Name\": \"x**\", \"Target\": \"openai/*\" } }", "LlmStack:Aliases:a:Name is 'x**'; allowed: a name with 1 to 8 stars")]
    [InlineData("\"Aliases\": { \"a\": { \"Target\": \"openai/*\" } }", "LlmStack:Aliases:a:Target is 'openai/*'; allowed: no stars, because its Name has none")]
    [InlineData("\"Aliases\": { \"a\": { \"Name\": \"x*\", \"Target\": \"fast\" }, \"b\": { \"Name\": \"X*\", \"Target\": \"fast\" } }", "LlmStack:Aliases:b:Name is the same pattern as LlmStack:Aliases:a:Name")]
    [InlineData("\"Aliases\": { \"a\": { \"Name\": \"x*\", \"Target\": \"opnai/y\" } }", "LlmStack:Aliases:a:Target is 'opnai/y'; allowed: a group or provider/model")]
    [InlineData("\"DefaultGroup\": \"star\"", "LlmStack:DefaultGroup is 'star'; allowed: a group, one of fast")]
    public void Wrong_patterns_are_found_at_start(string part, string problem)
    {
        using var services = Stack.Build(configuration: Stack.Json($$"""
            {
              "Providers": { "openai": { "Type": "OpenAI", "ApiKey": "k" } },
              "ModelGroups": {
                "fast": { "Deployments": { "a": { "Model": "openai/gpt-mini" } } },
                "star": { "Pattern": "star/*", "Deployments": { "a": { "Model": "openai/*" } } }
              },
              {{part}}
            }
            """));
        Assert.Contains(problem, services.Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_with_stars_needs_a_pattern_and_no_id()
    {
        using var services = Stack.Build(configuration: Stack.Json("""
            {
              "Providers": { "openai": { "Type": "OpenAI", "ApiKey": "k" } },
              "ModelGroups": { "star": { "Pattern": "none", "Deployments": { "a": { "Model": "openai/*", "Id": "mine" } } } }
            }
            """));
        string failure = services.Failure();
        Assert.Contains("LlmStack:ModelGroups:star:Pattern is 'none'; allowed: a name with 1 to 8 stars", failure, StringComparison.Ordinal);
        Assert.Contains("LlmStack:ModelGroups:star:Deployments:a:Model is 'openai/*'; allowed: at most as many stars as the group's Pattern has, 0", failure, StringComparison.Ordinal);
        Assert.Contains("LlmStack:ModelGroups:star:Deployments:a:Id is set", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void The_id_of_a_deployment_does_not_change_with_the_key()
    {
        static IEnumerable<string> Ids(string key)
        {
            using var services = Stack.Build(configuration: Stack.Json($$"""
                {
                  "Providers": { "openai": { "Type": "OpenAI", "ApiKey": "{{key}}" } },
                  "ModelGroups": { "g": { "Deployments": { "a": { "Model": "openai/m", "Region": "eu" }, "b": { "Model": "openai/m", "Id": "mine" }, "c": { "Model": "openai/m" } } } }
                }
                """));
            return services.Snapshot().Deployments.Keys.Order(StringComparer.Ordinal);
        }

        Assert.Equal(["mine", "openai/m", "openai/m@eu"], Ids("first"));
        Assert.Equal(Ids("first"), Ids("second"));
    }

    [Fact]
    public async Task A_group_of_models_with_stars_keeps_its_plans_and_the_limits_of_its_deployments()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("engine", g => g
                    .AddDeployment("a/*", d =>
                    {
                        d.MaxConcurrency = 1;
                        d.MaxQueue = 0;
                        d.AcceptsPrefill = true;
                    })
                    .AddDeployment("b/*")
                    .Configure(o =>
                    {
                        o.Pattern = "engine/*";
                        o.Race = 2;
                    })),
            "a",
            "b");
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(30)).Answer("late");
        h["b"].OnOtherCalls.Answer("first");

        CallRoute raced = (await h.Client.ChatAsync("engine/big", "Hello")).GetRoute()!;
        ModelGroup group = h.Get<SnapshotSource>().Current.Resolve("engine/big").Group;
        Deployment filled = group.Members.Single(static m => m.Deployment.Provider == "a").Deployment;

        Assert.Equal(["a/big", "b/big"], raced.Attempts.Select(static a => a.Deployment).Order(StringComparer.Ordinal));
        Assert.Equal(AttemptRole.Race, raced.Attempts.Max(static a => a.Role));
        Assert.Equal((1, 0, true), (filled.MaxConcurrency, filled.MaxQueue, filled.AcceptsPrefill));

        // A place that is taken is taken for every call of that model, also after the group was made anew.
        Assert.True(filled.Gate.TryEnter(1));
        h.Router.SetAlias("some", "a/x");
        Deployment again = h.Get<SnapshotSource>().Current.Resolve("engine/big").Group.Members.Single(static m => m.Deployment.Provider == "a").Deployment;
        Assert.NotSame(filled, again);
        Assert.False(again.Gate.TryEnter(1));
    }
}
