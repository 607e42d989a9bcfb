using System.Collections.Immutable;
using LlmStack.Routing;
using LlmStack.Routing.Rules;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Configuration;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Routing;

public class RuleTests
{
    private static readonly RouteRequest Request = new()
    {
        RequestedName = "fast",
        Operation = LlmOperation.Chat,
        Features = RequestFeatures.Tools | RequestFeatures.Streaming,
        EstimatedInputTokens = 2500,
        Options = new ChatOptions { Temperature = 0.5f, AdditionalProperties = new() { ["tier"] = "gold", ["level"] = 7 } },
        Routing = new RoutingOptions { Tags = ["vip", "eu"] },
        Context = LlmContext.Empty with { UserId = "u-42", Feature = "search", Metadata = ImmutableDictionary<string, string>.Empty.Add("plan", "pro") },
    };

    [Theory]
    [InlineData("feature == 'search'", true)]
    [InlineData("feature == \"Search\"", true)]
    [InlineData("feature != 'search'", false)]
    [InlineData("team == 'a'", false)]
    [InlineData("team != 'a'", true)]
    [InlineData("tag == 'eu'", true)]
    [InlineData("tag != 'eu'", false)]
    [InlineData("tag in ('gold', 'vip')", true)]
    [InlineData("user ~ '^u-[0-9]+$'", true)]
    [InlineData("user ~ '^x'", false)]
    [InlineData("metadata.plan == 'pro' and option.tier == 'gold'", true)]
    [InlineData("metadata.other == 'pro'", false)]
    [InlineData("option.level == '7'", true)]
    [InlineData("tokens > 2000", true)]
    [InlineData("tokens >= 2500 and tokens <= 2500 and tokens == 2500", true)]
    [InlineData("tokens < 2500 or tokens != 2500", false)]
    [InlineData("option.temperature < 1", true)]
    [InlineData("option.maxOutputTokens > 1", false)]
    [InlineData("hasTools and streaming and not vision", true)]
    [InlineData("not (feature == 'search' or vision)", false)]
    [InlineData("not not schema", false)]
    [InlineData("vision and feature == 'search' or tokens > 1", true)]
    [InlineData("vision and (feature == 'search' or tokens > 1)", false)]
    [InlineData("operation == 'chat' AND model == 'fast'", true)]
    public void Conditions_say_what_they_mean(string text, bool expected) => Assert.Equal(expected, RuleParser.Parse(text).Matches(Request));

    [Fact]
    public void A_condition_allocates_nothing()
    {
        RuleExpression condition = RuleParser.Parse("feature == 'search' and (tag in ('gold', 'vip') or tokens > 2000) and user ~ '^u-' and metadata.plan == 'pro' and not vision");
        Assert.True(condition.Matches(Request));
        long before = GC.GetAllocatedBytesForCurrentThread();
        condition.Matches(Request);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("", "allowed there: a field")]
    [InlineData("feature", "has its end at 7; allowed there: one of == != ~ in")]
    [InlineData("feature = 'x'", "has '=' at 8")]
    [InlineData("feature == x", "has 'x' at 11; allowed there: a text in quotes")]
    [InlineData("featur == 'x'", "has the unknown field 'featur' at 0; allowed are audio, experiment, feature")]
    [InlineData("tokens > 'x'", "allowed there: a number")]
    [InlineData("tokens ~ 5", "allowed there: one of == != < <= > >=")]
    [InlineData("feature == 'x", "has a quote at 11 that is not closed")]
    [InlineData("(feature == 'x'", "has its end at 15; allowed there: ')'")]
    [InlineData("feature == 'x' vision", "allowed there: 'and', 'or' or the end")]
    [InlineData("tag in ('x'", "allowed there: ',' or ')'")]
    [InlineData("user ~ '('", "has the pattern '(', which cannot be used")]
    [InlineData(@"user ~ '(a)\1'", "which cannot be used")]
    public void Mistakes_are_told_with_place_and_what_is_allowed(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => RuleParser.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Nesting_is_bounded() =>
        Assert.Contains("nests deeper", Assert.Throws<FormatException>(() => RuleParser.Parse(new string('(', 1000))).Message, StringComparison.Ordinal);

    private static CallHarness Rules() => new(
        llm => llm
            .AddModelGroup("entry", g => g
                .AddDeployment("a/m")
                .AddDeployment("b/m", static d => d.Tags = ["large"])
                .AddRule("search", null, static r => { r.When = "feature == 'search'"; r.Group = "special"; })
                .AddRule("code", static request => request.Options?.Temperature == 0, static r => r.Use = ["large"])
                .AddRule("rest", static request => request.Context.UserId != "nobody", static r => r.Use = ["a"]))
            .AddModelGroup("special", g => g.AddDeployment("c/m").AddRule("none", null, static r => r.When = "feature == 'search'")),
        "a",
        "b",
        "c");

    [Fact]
    public async Task The_first_rule_that_matches_chooses_a_group_or_deployments()
    {
        using CallHarness h = Rules();
        CallRoute plain = (await h.Client.ChatAsync("entry", "Hello")).GetRoute()!;
        Assert.Equal(("entry", "a/m", "rest"), (plain.Group, plain.Deployment, plain.Pool));
        CallRoute code = (await h.Client.ChatAsync("entry", "Hello", new ChatOptions { Temperature = 0 })).GetRoute()!;
        Assert.Equal(("entry", "b/m", "code"), (code.Group, code.Deployment, code.Pool));
        using IDisposable search = LlmContext.Push(LlmContext.Empty with { Feature = "search" });
        CallRoute special = (await h.Client.ChatAsync("entry", "Hello", new ChatOptions { Temperature = 0 })).GetRoute()!;
        Assert.Equal(("special", "c/m", "search"), (special.Group, special.Deployment, special.Pool));
        Assert.Equal("c/m", (await h.Router.ExplainAsync("entry", [new ChatMessage(ChatRole.User, "Hello")])).Picked);
    }

    [Fact]
    public async Task Without_a_match_and_without_a_default_the_configuration_is_at_fault()
    {
        using CallHarness h = Rules();
        using IDisposable nobody = LlmContext.Push(LlmContext.Empty with { UserId = "nobody" });
        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("entry", "Hello"));
        Assert.Equal(LlmErrorKind.Configuration, error.Kind);
        Assert.Contains("No rule of the group 'entry' matches this call", error.Message, StringComparison.Ordinal);
        Assert.All(h.Providers.Values, static provider => Assert.Empty(provider.Calls));
    }

    [Theory]
    [InlineData("\"x\": { \"When\": \"featur == 'a'\" }", "Rules:x:When is 'featur == 'a'' and has the unknown field 'featur'")]
    [InlineData("\"x\": { \"Group\": \"gg\" }", "Rules:x:Group is 'gg'; allowed: another group, one of other")]
    [InlineData("\"x\": { \"Group\": \"other\", \"Use\": [\"a\"] }", "Rules:x:Use is set, and so is Group; allowed: one of them")]
    [InlineData("\"x\": { \"Use\": [\"b\"] }", "Rules:x:Use:0 is 'b'; allowed: a deployment, provider or tag of the group")]
    [InlineData("\"x\": { \"Group\": \"other\" }", "Rules lead in a circle: g → other → g; allowed: rules that end at a group")]
    public void Wrong_rules_are_found_at_start(string rule, string problem)
    {
        using var services = Stack.Build(configuration: Stack.Json($$"""
            {
              "Providers": { "openai": { "Type": "OpenAI", "ApiKey": "k" } },
              "ModelGroups": {
                "g": { "Deployments": { "a": { "Model": "openai/m" } }, "Rules": { {{rule}} } },
                "other": { "Deployments": { "a": { "Model": "openai/m" } }, "Rules": { "back": { "When": "vision", "Group": "g" } } }
              }
            }
            """));
        Assert.Contains("LlmStack:ModelGroups:g:" + problem, services.Failure(), StringComparison.Ordinal);
    }
}
