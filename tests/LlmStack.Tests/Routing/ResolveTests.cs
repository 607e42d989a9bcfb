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
    [InlineData("gpt-mni", "'gpt-mni'", "Similar names: gpt-mini")]
    [InlineData("opneai/gpt-mini", "'opneai/gpt-mini'", "Similar names: openai/gpt-mini")]
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

    private const string Families = """
        {
          "Providers": {
            "openai": { "Type": "OpenAI", "ApiKey": "k", "Policy": { "ConnectTimeout": "00:00:03" } }, "azure": { "Type": "AzureOpenAI", "Endpoint": "https://x.openai.azure.com", "ApiKey": "k" },
            "anthropic": { "Type": "Anthropic", "ApiKey": "k" }, "local": { "Endpoint": "http://127.0.0.1:1/v1" }
          },
          "ModelGroups": {
            "fast": { "Deployments": {
              "a": { "Model": "openai/gpt-4o-mini", "Region": "eu", "RequestsPerMinute": 5 }, "b": { "Model": "openai/gpt-4o-mini", "Id": "second" },
              "c": { "Model": "azure/ours", "BaseModel": "gpt-4o" }, "d": { "Model": "azure/gpt-4o-mini" }, "e": { "Model": "local/qwen", "Region": "a" }, "f": { "Model": "local/qwen", "Region": "b" } } },
            "claude": { "Deployments": { "a": { "Model": "anthropic/claude-sonnet-4-5" }, "b": { "Model": "anthropic/claude-3-5-sonnet-20241022" } } },
            "exact": { "Deployments": { "a": { "Model": "openai/gpt-4.1-nano" }, "b": { "Model": "openai/gpt-4.1-nano-2025-04-14" } } }
          },
          "Aliases": { "mini": { "Target": "openai/gpt-4o-mini-2024-07-18" }, "m": { "Name": "my-*", "Target": "openai/*" } }
        }
        """;

    [Theory]
    [InlineData("openai/gpt-4o-mini", "openai/gpt-4o-mini@eu second")]                      // everybody there who runs it
    [InlineData("openai/gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini@eu second")]           // the dated name of the same model
    [InlineData("OpenAI/GPT-4o-Mini", "openai/gpt-4o-mini@eu second")]
    [InlineData("openai/gpt-4o-mini@eu", "openai/gpt-4o-mini@eu")]                          // an id stands for itself
    [InlineData("local/qwen", "local/qwen@a local/qwen@b")]                                 // no catalogue knows it
    [InlineData("azure/gpt-4o", "azure/ours")]                                              // a deployment's own name says nothing
    [InlineData("anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4-5")]
    [InlineData("mini", "openai/gpt-4o-mini@eu second")]                                    // as the target of an alias
    [InlineData("my-gpt-4o-mini", "openai/gpt-4o-mini@eu second")]                          // and of a pattern
    [InlineData("openai/gpt-4.1-nano", "openai/gpt-4.1-nano")]                              // exactly that model before others of the family
    [InlineData("openai/gpt-4.1-nano-2025-04-14", "openai/gpt-4.1-nano-2025-04-14")]
    public void A_name_with_its_provider_leads_to_the_configured_deployments_of_that_model_there(string name, string ids)
    {
        using var services = Stack.Build(configuration: Stack.Json(Families));
        RoutingSnapshot snapshot = services.Snapshot();
        ModelGroup group = snapshot.Resolve(name).Group;
        Assert.Equal(ids.Split(' '), group.Members.Select(static m => m.Deployment.Id));
        Assert.All(group.Members, member => Assert.Same(snapshot.Deployments[member.Deployment.Id], member.Deployment));
    }

    [Theory]
    [InlineData("openai/gpt-4o")]                            // configured at another provider only
    [InlineData("local/gpt-4o-mini")]
    [InlineData("openai/gpt-4o-mini-search-preview")]        // priced as the configured one, but another model
    [InlineData("anthropic/claude-3-5-sonnet-20240620")]     // another edition than the configured one
    [InlineData("anthropic/no-such-model")]
    public void A_name_with_its_provider_is_never_taken_by_another_model_or_provider(string name)
    {
        using var services = Stack.Build(configuration: Stack.Json(Families));
        Deployment deployment = Assert.Single(services.Snapshot().Resolve(name).Group.Members).Deployment;
        Assert.Equal(name, deployment.Id);
        Assert.Equal(name, $"{deployment.Provider}/{deployment.Model}");
    }

    [Fact]
    public void A_family_at_one_provider_has_that_providers_settings_in_the_groups_place()
    {
        using var services = Stack.Build(configuration: Stack.Json(Families));
        Assert.Equal(TimeSpan.FromSeconds(3), services.Snapshot().Resolve("openai/gpt-4o-mini").Group.Policy.ConnectTimeout);
        Assert.Equal(CallPolicy.Default.ConnectTimeout, services.Snapshot().Resolve("gpt-4o-mini").Group.Policy.ConnectTimeout);
    }

    [Fact]
    public void The_family_comes_before_the_default_group_and_after_patterns()
    {
        using var services = Stack.Build(configuration: Stack.Json("""
            {
              "Providers": { "openai": { "Type": "OpenAI", "ApiKey": "k" } },
              "ModelGroups": { "fast": { "Deployments": { "a": { "Model": "openai/gpt-4o-mini" } } } },
              "DefaultGroup": "fast",
              "Aliases": { "p": { "Name": "gpt-4o-*", "Target": "fast" } }
            }
            """));
        RoutingSnapshot snapshot = services.Snapshot();
        Assert.Equal("fast", snapshot.Resolve("gpt-4o-mini").Group.Name);
        Assert.Equal("gpt-4o", snapshot.Resolve("gpt-4o").Group.Name);
        Assert.Equal("openai/gpt-4o-mini", snapshot.Resolve("openai/gpt-4o-mini").Group.Name);
        Assert.Equal("fast", snapshot.Resolve("no-such-model").Group.Name);
    }

    [Theory]
    [InlineData("fast", "fast", 0)]
    [InlineData("Fast", "fAST", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Edit_distance_ignores_case(string left, string right, int distance) => Assert.Equal(distance, NearNames.Distance(left, right));
}
