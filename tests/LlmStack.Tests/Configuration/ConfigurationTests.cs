using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Configuration;

public sealed class ConfigurationTests
{
    private const string Everything = """
        {
          "Environment": "staging", "DefaultChatModel": "fast", "Seed": 18446744073709551615, "RecentCalls": 7,
          "Providers": { "local": { "Type": "openaicompatible", "Endpoint": "http://127.0.0.1:8080/v1/", "ApiKey": "k-1", "IsLocal": false, "Headers": { "X-Team": "a" }, "Policy": { "ConnectTimeout": "00:00:03", "IdleTimeout": "00:00:09" } } },
          "ModelGroups": { "fast": {
            "Strategy": "roundrobin",
            "Deployments": {
              "b": { "Model": "local/llama3:8b", "Weight": 2.5, "Region": "eu", "Tags": [ "t1", "t2" ], "Environments": [ "staging" ], "ContextWindow": 8192,
                     "Price": { "InputPerMillion": 0.15, "OutputPerMillion": "0.60", "PerRequest": 0 } },
              "a": { "Model": "local/vendor/other", "Order": 1, "RequestsPerMinute": 5, "TokensPerMinute": 100, "Id": "second" } },
            "Fallbacks": { "smart": { "Kinds": [ "ratelimited", "Timeout" ] } },
            "Policy": { "MaxAttempts": 3, "WhenAllCooling": "FailFast", "CooldownEnabled": false } },
            "smart": { "Deployments": { "only": { "Model": "local/big" } } } },
          "Aliases": { "quick": { "Target": "fast" } },
          "Defaults": { "RequestTimeout": "00:02:00" },
          "Tracing": { "SampleRate": 0.25, "CaptureContent": false, "MaxContentBytes": 2048 },
          "Langfuse": { "Gzip": false, "MaxBatchSpans": 9, "FlushInterval": "00:00:00.5" }
        }
        """;

    [Fact]
    public void Configuration_alone_makes_the_snapshot()
    {
        using var services = Stack.Build(configuration: Stack.Json(Everything));
        RoutingSnapshot snapshot = services.Snapshot();

        Assert.Equal("staging", snapshot.Environment);
        Assert.Equal("fast", snapshot.Aliases["QUICK"]);
        ModelGroup fast = snapshot.Groups["fast"];
        Assert.Equal(["b", "a"], fast.Members.Select(static member => member.Key));
        Assert.Equal("roundrobin", fast.StrategyName);
        Assert.Equal(3, fast.Policy.MaxAttempts);
        Assert.Equal(TimeSpan.FromMinutes(2), fast.Policy.RequestTimeout);
        Assert.Equal(AllCoolingBehavior.FailFast, fast.Policy.WhenAllCooling);
        Assert.False(fast.Policy.Cooldown.Enabled);
        FallbackRule rule = Assert.Single(fast.Fallbacks);
        Assert.Equal("smart", rule.Group);
        Assert.Equal([LlmErrorKind.RateLimited, LlmErrorKind.Timeout], rule.Kinds!.Order());

        Member first = fast.Members[0];
        Assert.Equal(2.5, first.Weight);
        Assert.Equal("local/llama3:8b@eu", first.Deployment.Id);
        Assert.Equal("llama3:8b", first.Deployment.Model);
        Assert.Equal(["t1", "t2"], first.Deployment.Tags);
        Assert.Equal(["staging"], first.Deployment.Environments);
        Assert.Equal(8192, first.Deployment.ContextWindow);
        Assert.Equal(0.15m, first.Deployment.Price!.InputPerMillion);
        Assert.Equal(0.60m, first.Deployment.Price.OutputPerMillion);
        Assert.Equal(0m, first.Deployment.Price.PerRequest);
        Assert.Null(first.Deployment.Price.ReasoningPerMillion);
        Assert.Equal(("second", "vendor/other", 5, 100), (fast.Members[1].Deployment.Id, fast.Members[1].Deployment.Model, fast.Members[1].Deployment.RequestsPerMinute, fast.Members[1].Deployment.TokensPerMinute));

        ProviderEntry provider = snapshot.Providers["local"];
        Assert.Equal(new Uri("http://127.0.0.1:8080/v1"), provider.Endpoint);
        Assert.False(provider.IsLocal);
        Assert.Same(provider, first.Deployment.ProviderEntry);
    }

    [Fact]
    public void Every_kind_of_value_is_bound()
    {
        using var services = Stack.Build(configuration: Stack.Json(Everything));
        LlmStackOptions options = services.Options();
        Assert.Equal(ulong.MaxValue, options.Seed);
        Assert.Equal(7, options.RecentCalls);
        Assert.Equal("a", options.Providers["LOCAL"].Headers["x-team"]);
        Assert.Equal(TimeSpan.FromSeconds(3), options.Providers["local"].Policy!.ConnectTimeout);
        Assert.Equal(TimeSpan.FromSeconds(9), options.Providers["local"].Policy!.IdleTimeout);
        Assert.Equal(0.25, options.Tracing.SampleRate);
        Assert.False(options.Tracing.CaptureContent);
        Assert.Equal(2048, options.Tracing.MaxContentBytes);
        Assert.False(options.Langfuse.Gzip);
        Assert.Equal(9, options.Langfuse.MaxBatchSpans);
        Assert.Equal(TimeSpan.FromSeconds(0.5), options.Langfuse.FlushInterval);
    }

    [Fact]
    public void Code_alone_needs_no_configuration()
    {
        using var services = Stack.Build(llm => llm
            .AddOpenAI(provider => provider.ApiKey = "k")
            .AddOpenAICompatible("local", "http://127.0.0.1:11434/v1")
            .AddProvider("mine", provider => provider.UseChatClient(_ => new NullChatClient()))
            .AddModelGroup("fast", group => group
                .AddDeployment("openai/gpt-5.4-mini", d => { d.Weight = 3; d.RequestsPerMinute = 500; })
                .AddDeployment("local/llama3:8b", d => d.Region = "eu")
                .UseStrategy(RoutingStrategy.LowestLatency)
                .FallBackTo("smart", LlmErrorKind.RateLimited))
            .AddModelGroup("smart", group => group.AddDeployment("mine/any"))
            .AddAlias("quick", "fast"));
        RoutingSnapshot snapshot = services.Snapshot();

        Assert.Equal(["local/llama3-8b@eu", "openai/gpt-5.4-mini"], snapshot.Groups["fast"].Members.Select(static member => member.Key));
        Assert.Equal(["local/llama3:8b@eu", "mine/any", "openai/gpt-5.4-mini"], snapshot.Deployments.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(500, snapshot.Deployments["openai/gpt-5.4-mini"].RequestsPerMinute);
        Assert.Equal("LowestLatency", snapshot.Groups["fast"].StrategyName);
        Assert.Equal("smart", snapshot.Groups["fast"].Fallbacks[0].Group);
        Assert.True(snapshot.Providers["mine"].RunsUserCode);
        Assert.Null(snapshot.Providers["mine"].Endpoint);
        Assert.True(snapshot.Providers["local"].IsLocal);
        Assert.Equal("openai", snapshot.Providers["openai"].SystemName);
    }

    [Fact]
    public void Local_servers_have_longer_for_the_first_token_unless_it_is_set()
    {
        using var services = Stack.Build(llm => llm
            .AddOpenAICompatible("local", "http://127.0.0.1:9999/v1")
            .AddOpenAICompatible("far", "https://example.org/v1")
            .AddModelGroup("plain", group => group.AddDeployment("local/m").AddDeployment("far/m"))
            .AddModelGroup("set", group => group.AddDeployment("local/m").Configure(o => o.Policy = new CallPolicyOptions { FirstTokenTimeout = TimeSpan.FromSeconds(20) })));
        RoutingSnapshot snapshot = services.Snapshot();

        Assert.Equal(["far/m 60", "local/m 300"], snapshot.Groups["plain"].Members.Select(member => FirstToken("plain", member)));
        Assert.Equal(["local/m 20"], snapshot.Groups["set"].Members.Select(member => FirstToken("set", member)));

        string FirstToken(string group, Member member) => $"{member.Deployment.Id} {snapshot.Groups[group].PolicyFor(member.Deployment).FirstTokenTimeout.TotalSeconds:0}";
    }

    [Fact]
    public void Code_wins_over_configuration_and_leaves_the_rest_of_it()
    {
        using var services = Stack.Build(
            llm => llm
                .AddOpenAICompatible("local", "http://127.0.0.1:9999/v1", provider => provider.ApiKey = "from code")
                .AddProvider("other", provider => provider.Options.Organization = "org")
                .AddModelGroup("fast", group => group.UseStrategy(RoutingStrategy.LeastBusy).AddDeployment("local/third"))
                .Configure(options => options.RecentCalls = 9)
                .Configure(options => options.Providers["local"].ApiKey = "from-code"),
            Stack.Json("""
                { "RecentCalls": 3, "Providers": { "local": { "Endpoint": "http://127.0.0.1:1/v1", "ApiKey": "from-file", "Project": "kept" }, "other": { "Endpoint": "http://127.0.0.1:2/v1" } },
                  "ModelGroups": { "fast": { "Strategy": "RoundRobin", "Deployments": { "a": { "Model": "local/m" } } } } }
                """));
        LlmStackOptions options = services.Options();
        Assert.Equal(9, options.RecentCalls);
        Assert.Equal(("http://127.0.0.1:9999/v1", "from-code", "kept"), (options.Providers["local"].Endpoint, options.Providers["local"].ApiKey, options.Providers["local"].Project));
        Assert.Equal(("http://127.0.0.1:2/v1", "org"), (options.Providers["other"].Endpoint, options.Providers["other"].Organization));
        Assert.Equal("LeastBusy", options.ModelGroups["fast"].Strategy);
        Assert.Equal(["a", "local/third"], options.ModelGroups["fast"].Deployments.Keys.Order());
    }

    [Fact]
    public void Maps_of_several_files_merge_by_key()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .Add(new JsonStreamConfigurationSource { Stream = Stack.Stream("""{ "Providers": { "local": { "Endpoint": "http://127.0.0.1:1/v1" } }, "ModelGroups": { "fast": { "Deployments": { "a": { "Model": "local/m", "Weight": 1 }, "b": { "Model": "local/n" } } } } }""") })
            .Add(new JsonStreamConfigurationSource { Stream = Stack.Stream("""{ "ModelGroups": { "fast": { "Deployments": { "a": { "Weight": 4 }, "c": { "Model": "local/o" } } } } }""") })
            .Build();
        using var services = Stack.Build(configuration: configuration);
        ModelGroup fast = services.Snapshot().Groups["fast"];
        Assert.Equal(["a", "b", "c"], fast.Members.Select(static member => member.Key));
        Assert.Equal(4, fast.Members[0].Weight);
        Assert.Equal("local/m", fast.Members[0].Deployment.Id);
    }

    [Fact]
    public void A_configuration_given_to_AddLlmStack_wins_over_the_containers()
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<LlmStack.Configuration.IEnvironment>(new FakeEnvironment());
        collection.AddSingleton<IConfiguration>(Stack.Json("""{ "RecentCalls": 3, "Environment": "a" }"""));
        collection.AddLlmStack(Stack.Json("""{ "RecentCalls": 4 }"""));
        using ServiceProvider services = collection.BuildServiceProvider();
        Assert.Equal((4, "a"), (services.Options().RecentCalls, services.Options().Environment));
    }

    [Fact]
    public void Groups_share_the_deployment_and_what_one_leaves_unset_the_other_sets()
    {
        using var services = Stack.Build(llm => llm
            .AddOpenAICompatible("local", "http://127.0.0.1:1/v1")
            .AddModelGroup("a", group => group.AddDeployment("local/m", d => { d.RequestsPerMinute = 10; d.Weight = 1; }))
            .AddModelGroup("b", group => group.AddDeployment("local/m", d => { d.TokensPerMinute = 20; d.Weight = 2; })));
        RoutingSnapshot snapshot = services.Snapshot();
        Deployment shared = snapshot.Groups["a"].Members[0].Deployment;
        Assert.Same(shared, snapshot.Groups["b"].Members[0].Deployment);
        Assert.Same(shared, Assert.Single(snapshot.Deployments).Value);
        Assert.Equal((10, 20), (shared.RequestsPerMinute, shared.TokensPerMinute));
        Assert.Equal((1.0, 2.0), (snapshot.Groups["a"].Members[0].Weight, snapshot.Groups["b"].Members[0].Weight));
    }

    [Fact]
    public void A_strategy_registered_under_its_name_is_used()
    {
        var mine = NSubstitute.Substitute.For<IRoutingStrategy>();
        using var services = Stack.Build(
            llm => llm.AddOpenAICompatible("local", "http://127.0.0.1:1/v1").AddModelGroup("a", group => group.AddDeployment("local/m").UseStrategy(new RoutingStrategy("Mine"))),
            services: collection => collection.AddKeyedSingleton("Mine", mine));
        Assert.Same(mine, services.Snapshot().Groups["a"].Strategy);
    }

    [Fact]
    public async Task A_credential_callback_is_asked_each_time_and_shows_no_secret()
    {
        int asked = 0;
        using var services = Stack.Build(llm => llm.AddProvider("p", provider =>
        {
            provider.Options.Endpoint = "https://example.com/v1";
            provider.UseCredential(_ => new ValueTask<string>("secret-" + ++asked));
        }));
        ICredential credential = services.Snapshot().Providers["p"].Credential;
        Assert.Equal("secret-1", await credential.GetSecretAsync(CancellationToken.None));
        Assert.Equal("secret-2", await credential.GetSecretAsync(CancellationToken.None));
        Assert.Equal(("p", "p"), (credential.Id, credential.ToString()));
    }
}
