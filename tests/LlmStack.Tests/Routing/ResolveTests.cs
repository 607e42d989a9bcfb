using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Routing;

public class ResolveTests
{
    private static SnapshotTestBuilder Builder()
    {
        var builder = new SnapshotTestBuilder();
        builder.Group("fast", [builder.Member("openai/gpt-mini"), builder.Member("azure/gpt-mini", region: "eu")]);
        builder.Group("smart", [builder.Member("openai/gpt-big", id: "big")]);
        return builder.Alias("quick", "fast");
    }

    [Theory]
    [InlineData("fast", "fast", null)]
    [InlineData("FAST", "fast", null)]
    [InlineData("quick", "fast", "quick")]
    [InlineData("Quick", "fast", "quick")]
    [InlineData("openai/new-model", "openai/new-model", null)]
    [InlineData("openai/org/with/slashes", "openai/org/with/slashes", null)]
    public void Names_lead_to_groups(string name, string group, string? alias)
    {
        ResolvedName resolved = Builder().Build().Resolve(name);
        Assert.Equal(group, resolved.Group.Name);
        Assert.Equal(alias, resolved.Alias);
    }

    [Fact]
    public void Exact_group_wins_over_alias_and_over_provider_and_model()
    {
        SnapshotTestBuilder builder = Builder().Alias("smart", "fast");
        builder.Group("openai/gpt-mini", [builder.Member("azure/other")]);
        RoutingSnapshot snapshot = builder.Build();
        Assert.Equal("smart", snapshot.Resolve("smart").Group.Name);
        Assert.Equal("azure/other", snapshot.Resolve("openai/gpt-mini").Group.Members[0].Deployment.Id);
    }

    [Fact]
    public void Provider_and_model_reuse_the_deployment_that_exists()
    {
        RoutingSnapshot snapshot = Builder().Build();
        Assert.Same(snapshot.Deployments["openai/gpt-mini"], snapshot.Resolve("openai/gpt-mini").Group.Members[0].Deployment);
        Assert.Same(snapshot.Deployments["azure/gpt-mini@eu"], snapshot.Resolve("azure/gpt-mini@eu").Group.Members[0].Deployment);
        Assert.Same(snapshot.Deployments["azure/gpt-mini@eu"], snapshot.Resolve("azure/gpt-mini").Group.Members[0].Deployment);
        Assert.Same(snapshot.Deployments["big"], snapshot.Resolve("openai/gpt-big").Group.Members[0].Deployment);
        Assert.Same(snapshot.Deployments["big"], snapshot.Resolve("OpenAI/gpt-big").Group.Members[0].Deployment);
    }

    [Fact]
    public void Model_part_is_kept_as_written()
    {
        RoutingSnapshot snapshot = Builder().Build();
        Deployment deployment = snapshot.Resolve("OPENAI/GPT-Big").Group.Members[0].Deployment;
        Assert.Equal("openai/GPT-Big", deployment.Id);
        Assert.Equal("GPT-Big", deployment.Model);
        Assert.Equal("openai", deployment.ProviderEntry!.Name);
    }

    [Fact]
    public void Provider_and_model_are_made_once_and_keep_their_health_across_snapshots()
    {
        SnapshotTestBuilder builder = Builder();
        RoutingSnapshot first = builder.Build();
        RoutingSnapshot second = builder.Build();
        Assert.Same(first.Resolve("openai/x").Group, first.Resolve("openai/x").Group);
        Assert.NotSame(first.Resolve("openai/x").Group, second.Resolve("openai/x").Group);
        Assert.Same(first.Resolve("openai/x").Group.Members[0].Deployment.Health, second.Resolve("openai/x").Group.Members[0].Deployment.Health);
    }

    [Fact]
    public void Direct_group_has_the_defaults_with_the_providers_settings_over_them()
    {
        var builder = new SnapshotTestBuilder { Defaults = CallPolicy.Default with { MaxAttempts = 4, IdleTimeout = TimeSpan.FromSeconds(7) } };
        builder.Provider("local", policy: new CallPolicyOptions { FirstTokenTimeout = TimeSpan.FromSeconds(300) });
        CallPolicy policy = builder.Build().Resolve("local/llama").Group.Policy;
        Assert.Equal(4, policy.MaxAttempts);
        Assert.Equal(TimeSpan.FromSeconds(7), policy.IdleTimeout);
        Assert.Equal(TimeSpan.FromSeconds(300), policy.FirstTokenTimeout);
    }

    [Fact]
    public void Default_group_takes_what_nobody_knows()
    {
        SnapshotTestBuilder builder = Builder();
        builder.DefaultGroup = "smart";
        RoutingSnapshot snapshot = builder.Build();
        Assert.Equal("smart", snapshot.Resolve("whatever").Group.Name);
        Assert.Equal("smart", snapshot.Resolve("unknown/model").Group.Name);
        Assert.Equal("openai/x", snapshot.Resolve("openai/x").Group.Name);
    }

    [Theory]
    [InlineData("fsat", "'fsat'", "fast")]
    [InlineData("quik", "'quik'", "quick")]
    [InlineData("opneai/gpt", "The provider 'opneai' is unknown", "azure, openai")]
    [InlineData("openai/", "names a provider but no model", "provider/model")]
    public void Unknown_name_is_an_error_that_names_what_is_near(string name, string expected, string near)
    {
        var error = Assert.Throws<LlmException>(() => Builder().Build().Resolve(name));
        Assert.Equal(LlmErrorKind.NotFound, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(near, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void Empty_name_is_an_invalid_request(string name)
    {
        var error = Assert.Throws<LlmException>(() => Builder().Build().Resolve(name));
        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
    }

    [Fact]
    public void Invented_names_do_not_fill_the_memory()
    {
        RoutingSnapshot snapshot = Builder().Build();
        ModelGroup first = snapshot.Resolve("openai/m0").Group;
        for (int i = 0; i <= RoutingSnapshot.MaxOtherNames; i++)
        {
            snapshot.Resolve($"openai/m{i}");
        }
        Assert.NotSame(first, snapshot.Resolve("openai/m0").Group);
    }

    [Fact]
    public void The_bare_name_of_a_model_leads_to_everybody_who_serves_it()
    {
        using var services = Stack.Build(configuration: Stack.Json("""
            {
              "Providers": { "openai": { "Type": "OpenAI", "ApiKey": "k" }, "other": { "Type": "OpenAI", "ApiKey": "k" }, "local": { "Endpoint": "http://127.0.0.1:1/v1" } },
              "ModelGroups": { "fast": { "Deployments": { "a": { "Model": "openai/gpt-4o-mini", "Region": "eu" }, "b": { "Model": "other/gpt-4o-mini" }, "c": { "Model": "local/gpt-4o-mini" } } } }
            }
            """));
        RoutingSnapshot snapshot = services.Snapshot();
        Assert.Equal(["local/gpt-4o-mini", "openai/gpt-4o-mini@eu", "other/gpt-4o-mini"], snapshot.Resolve("gpt-4o-mini").Group.Members.Select(static m => m.Deployment.Id));
        Assert.Equal(["openai/gpt-4o", "other/gpt-4o"], snapshot.Resolve("gpt-4o").Group.Members.Select(static m => m.Deployment.Id));
        Assert.NotNull(snapshot.Resolve("gpt-4o").Group.Members[0].Deployment.Price);
        Assert.Equal("gpt-4o", snapshot.Resolve("gpt-4o").Group.Name);
        Assert.Equal(LlmErrorKind.NotFound, Assert.Throws<LlmException>(() => snapshot.Resolve("no-such-model")).Kind);
    }

    [Theory]
    [InlineData("fast", "fast", 0)]
    [InlineData("Fast", "fAST", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Edit_distance_ignores_case(string left, string right, int distance) => Assert.Equal(distance, NearNames.Distance(left, right));
}
