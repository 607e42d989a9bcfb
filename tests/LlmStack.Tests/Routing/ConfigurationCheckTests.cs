using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;
using Kind = LlmStack.Routing.ConfigurationFindingKind;

namespace LlmStack.Tests.Routing;

public sealed class ConfigurationCheckTests
{
    private static readonly DateOnly Today = new(2026, 11, 25);

    private readonly SnapshotTestBuilder _builder = new();

    [Fact]
    public void A_configuration_without_faults_has_no_findings()
    {
        _builder.Group("g", [Priced("openai/a", weight: 1, tags: ["default", "fast"]), Priced("openai/b", tags: ["default"]), Priced("openai/c", tags: ["fast"])], fallbacks: [new FallbackRule("h", null)]);
        _builder.Group("h", [Priced("openai/a")]);
        Assert.Empty(Check());
    }

    [Fact]
    public void Circles_of_fallbacks_are_found_once()
    {
        _builder.Group("a", [Priced("openai/a")], fallbacks: [new FallbackRule("b", null)]);
        _builder.Group("b", [Priced("openai/a")], fallbacks: [new FallbackRule("c", null)]);
        _builder.Group("c", [Priced("openai/a")], fallbacks: [new FallbackRule("a", null), new FallbackRule("d", null)]);
        _builder.Group("d", [Priced("openai/a")], fallbacks: [new FallbackRule("d", null)]);
        Assert.Equal(
            [
                (Kind.FallbackCycle, "a", "The fallbacks run in a circle: a → b → c → a. A call enters each group once."),
                (Kind.SettingWithoutEffect, "d", "The group 'd' falls back to itself, which no call does."),
            ],
            Check().Select(static f => (f.Kind, f.Subject, f.Message)));
    }

    [Fact]
    public void Who_cannot_be_reached_is_named_with_the_reason()
    {
        _builder.Group("g", [Priced("openai/test", environments: ["Test"]), Priced("openai/default", tags: ["default"]), Priced("openai/bare")]);
        _builder.Group("none", [Priced("openai/test")]);
        Assert.Equal(
            [
                (Kind.UnreachableGroup, "none", "No request can be served by the group 'none': none of its deployments can be reached."),
                (Kind.UnreachableDeployment, "openai/bare", "No request of the group 'g' can reach 'openai/bare': others are tagged 'default' and it has no tag at all, so neither a call with tags nor one without prefers it."),
                (Kind.UnreachableDeployment, "openai/test", "No request of the group 'g' can reach 'openai/test': it serves Test, and the environment is not set."),
                (Kind.UnreachableDeployment, "openai/test", "No request of the group 'none' can reach 'openai/test': it serves Test, and the environment is not set."),
            ],
            Check().Select(static f => (f.Kind, f.Subject, f.Message)));
    }

    [Fact]
    public void Missing_prices_and_settings_that_nobody_reads_are_told()
    {
        _builder.Group(
            "g",
            [_builder.Member("openai/a", weight: 2, policy: new CallPolicyOptions { MaxAttempts = 3, RequestTimeout = TimeSpan.FromSeconds(9) })],
            "LeastBusy",
            CallPolicy.Default with { MaxAttempts = 1, MaxRetries = 5, AttemptTimeout = TimeSpan.FromHours(1), Cooldown = new CooldownPolicy { Enabled = false, Duration = TimeSpan.FromSeconds(1) } },
            [new FallbackRule("g", null)]);
        IReadOnlyList<ConfigurationFinding> findings = Check();
        Assert.Equal((Kind.MissingPrice, "openai/a"), (findings[0].Kind, findings[0].Subject));
        Assert.All(findings.Skip(1), static finding => Assert.Equal(Kind.SettingWithoutEffect, finding.Kind));
        foreach (string part in new[] { "The weight of 'openai/a'", "The cooldown settings", "AttemptTimeout of the group", "MaxRetries of the group", "The fallbacks of the group", "MaxAttempts in the policy of the deployment", "RequestTimeout in the policy of the deployment", "falls back to itself" })
        {
            Assert.Single(findings, finding => finding.Message.StartsWith(part, StringComparison.Ordinal) || finding.Message.Contains(part, StringComparison.Ordinal));
        }

        Assert.Equal(9, findings.Count);
    }

    [Fact]
    public async Task Patterns_that_no_name_gets_to_and_a_default_that_is_never_used_are_told()
    {
        await using ServiceProvider services = Stack.Build(static llm => llm
            .AddOpenAICompatible("remote", "http://127.0.0.1:1/v1")
            .AddModelGroup("one", static g => g.AddDeployment("remote/m"))
            .Configure(static o =>
            {
                o.DefaultGroup = "one";
                o.Aliases["a"] = new AliasOptions { Name = "gpt-*", Target = "one" };
                o.Aliases["b"] = new AliasOptions { Name = "gpt-5*", Target = "one" };
                o.Aliases["c"] = new AliasOptions { Name = "*gpt-*", Target = "one" };
                o.Aliases["d"] = new AliasOptions { Name = "*", Target = "one" };
                o.Aliases["e"] = new AliasOptions { Name = "gpt-exact", Target = "one" };
            }));
        IReadOnlyList<ConfigurationFinding> findings = services.GetRequiredService<ILlmRouter>().CheckConfiguration();
        Assert.Equal(
            [
                (Kind.UnreachableGroup, "gpt-*", "The pattern 'gpt-*' is never used: every name it stands for is taken by '*gpt-*', which comes first."),
                (Kind.SettingWithoutEffect, "one", "DefaultGroup is never used: the pattern '*' takes every name that no group or alias has."),
            ],
            findings.Where(static f => f.Kind != Kind.MissingPrice).Select(static f => (f.Kind, f.Subject, f.Message)));
    }

    [Fact]
    public async Task Rules_that_never_decide_and_deployments_that_rules_lead_away_from_are_told()
    {
        await using ServiceProvider services = Stack.Build(static llm => llm
            .AddOpenAICompatible("local", "http://127.0.0.1:1/v1")
            .AddModelGroup("entry", static g => g.AddDeployment("local/lonely").AddDeployment("local/shared").Configure(static o =>
            {
                o.Rules["a"] = new RuleOptions { Order = 1, When = "hasTools", Group = "tools" };
                o.Rules["b"] = new RuleOptions { Order = 2, Group = "rest" };
                o.Rules["c"] = new RuleOptions { Order = 3, When = "streaming", Use = ["local"] };
            }))
            .AddModelGroup("tools", static g => g.AddDeployment("local/shared"))
            .AddModelGroup("rest", static g => g.AddDeployment("local/rest").Configure(static o => o.Rules["x"] = new RuleOptions { When = "vision", Group = "tools" })));
        Assert.Equal(
            [
                (Kind.UnreachableDeployment, "local/lonely", "No request of the group 'entry' can reach 'local/lonely': each of its rules chooses another group."),
                (Kind.UnreachableDeployment, "local/rest", "No request of the group 'rest' can reach 'local/rest': each of its rules chooses another group."),
                (Kind.SettingWithoutEffect, "entry", "The rule 'c' of the group 'entry' never decides: 'b' before it has no condition."),
            ],
            services.GetRequiredService<ILlmRouter>().CheckConfiguration().Select(static f => (f.Kind, f.Subject, f.Message)));
    }

    [Fact]
    public async Task Default_fallbacks_make_no_circles_and_no_group_fall_back_to_itself()
    {
        await using ServiceProvider services = Stack.Build(static llm => llm
            .AddOpenAICompatible("local", "http://127.0.0.1:1/v1")
            .AddModelGroup("one", static g => g.AddDeployment("local/a"))
            .AddModelGroup("safe", static g => g.AddDeployment("local/b"))
            .AddModelGroup("safest", static g => g.AddDeployment("local/c"))
            .Configure(static o =>
            {
                o.DefaultFallbacks["safe"] = new FallbackOptions();
                o.DefaultFallbacks["safest"] = new FallbackOptions();
            }));
        Assert.Empty(services.GetRequiredService<ILlmRouter>().CheckConfiguration());
    }

    [Fact]
    public async Task Settings_of_a_whole_call_and_of_connecting_are_told_where_nobody_reads_them()
    {
        await using ServiceProvider services = Stack.Build(static llm => llm
            .AddProvider("mine", static p => p.UseChatClient(static _ => new NullChatClient()))
            .AddModelGroup("one", static g => g.AddDeployment("mine/m"))
            .Configure(static o => o.Providers["mine"].Policy = new CallPolicyOptions
            {
                MaxAttempts = 2,
                RequestTimeout = TimeSpan.FromSeconds(1),
                WhenAllCooling = AllCoolingBehavior.FailFast,
                OnStreamLost = StreamLossBehavior.Continue,
                QueueTimeout = TimeSpan.FromSeconds(1),
                ConnectTimeout = TimeSpan.FromSeconds(1),
                BackoffInitial = TimeSpan.FromSeconds(1),
                Errors = { ["Timeout"] = new ErrorKindOptions { FallBack = false, Retries = 1 } },
            }));
        IReadOnlyList<ConfigurationFinding> findings = services.GetRequiredService<ILlmRouter>().CheckConfiguration();
        Assert.Equal(
            ["ConnectTimeout", "Errors:Timeout:FallBack", "MaxAttempts", "OnStreamLost", "QueueTimeout", "RequestTimeout", "WhenAllCooling"],
            findings.Where(static f => f is { Kind: Kind.SettingWithoutEffect, Subject: "mine" }).Select(static f => f.Message[..f.Message.IndexOf(' ', StringComparison.Ordinal)]));
        Assert.Contains(findings, static f => f.Message == "MaxAttempts in the policy of the provider 'mine' counts for calls of 'mine/…' alone: groups read it from their own policy and the defaults.");
        Assert.Contains(findings, static f => f.Message == "ConnectTimeout in the policy of the provider 'mine' has no effect: it runs in code, which connects by itself.");
    }

    [Theory]
    [InlineData("2026-11-25", false, "was retired on 2026-11-25")]
    [InlineData("2027-01-20", false, "will be retired on 2027-01-20")]
    [InlineData("2027-06-01", true, "advises against")]
    [InlineData("2027-06-01", false, null)]
    public void Retired_models_are_told_in_time(string retires, bool deprecated, string? expected)
    {
        var info = new ModelInfo { Id = "openai/old", Retires = DateOnly.Parse(retires, System.Globalization.CultureInfo.InvariantCulture), Deprecated = deprecated };
        Member member = Priced("openai/old");
        var old = new Deployment("openai/old", "openai", "old") { Info = info, Price = member.Deployment.Price };
        RoutingSnapshot snapshot = _builder.Build();
        var with = new RoutingSnapshot
        {
            Version = 1,
            Providers = snapshot.Providers,
            Groups = snapshot.Groups,
            Aliases = snapshot.Aliases,
            Deployments = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary([old], static d => d.Id),
        };
        ConfigurationFinding? finding = ConfigurationCheck.Of(with, Today).SingleOrDefault();
        Assert.Equal(expected is null, finding is null);
        Assert.True(expected is null || finding!.Message.Contains(expected, StringComparison.Ordinal), finding?.Message);
    }

    [Fact]
    public async Task Findings_are_logged_at_start_and_can_be_asked_for()
    {
        await using ServiceProvider services = Stack.Build(static llm =>
        {
            llm.Services.AddFakeLogging();
            llm.AddOpenAICompatible("remote", "https://models.example/v1");
            llm.AddModelGroup("one", static g => g.AddDeployment("remote/m").FallBackTo("two"));
            llm.AddModelGroup("two", static g => g.AddDeployment("remote/m").FallBackTo("one").UseStrategy(RoutingStrategy.LeastBusy).Configure(static o => o.Deployments.Values.Single().Weight = 2));
        });
        foreach (IHostedService hosted in services.GetServices<IHostedService>())
        {
            await ((IHostedLifecycleService)hosted).StartingAsync(CancellationToken.None);
        }

        Assert.Equal(
            [(1006, "FallbackCycle", "one"), (1006, "MissingPrice", "remote/m"), (1007, "SettingWithoutEffect", "remote/m")],
            services.GetFakeLogCollector().GetSnapshot().Where(static r => r.Id.Id is 1006 or 1007).Select(static r => (r.Id.Id, r.GetStructuredStateValue("Kind")!, r.GetStructuredStateValue("Subject")!)));
        Assert.Equal(3, services.GetRequiredService<ILlmRouter>().CheckConfiguration().Count);
    }

    private Member Priced(string model, double? weight = null, string[]? tags = null, string[]? environments = null) =>
        _builder.Member(model, weight, tags: tags, environments: environments, price: new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 });

    private IReadOnlyList<ConfigurationFinding> Check() => ConfigurationCheck.Of(_builder.Build(), Today);
}
