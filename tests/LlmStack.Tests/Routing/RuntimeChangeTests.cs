using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Configuration;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Routing;

public class RuntimeChangeTests
{
    private static CallHarness Harness() => new(
        llm => llm.AddModelGroup("g", g => g.AddDeployment("a/m").AddDeployment("b/m")).AddModelGroup("other", g => g.AddDeployment("a/m")).AddAlias("quick", "other"),
        "a",
        "b");

    [Fact]
    public async Task Groups_deployments_and_aliases_come_and_go()
    {
        using CallHarness h = Harness();
        h.Router.SetGroup("new", new ModelGroupOptions { Deployments = { ["x"] = new DeploymentOptions { Model = "b/large" } } });
        Assert.Equal("b/large", (await h.Client.ChatAsync("new", "Hello")).GetRoute()!.Deployment);
        h.Router.SetDeployment("new", "x", new DeploymentOptions { Model = "a/small" });
        Assert.Equal("a/small", (await h.Client.ChatAsync("new", "Hello")).GetRoute()!.Deployment);
        h.Router.SetAlias("neu-*", "new");
        Assert.Equal("new", (await h.Client.ChatAsync("neu-1", "Hello")).GetRoute()!.Group);
        h.Router.RemoveAlias("neu-*");
        h.Router.RemoveGroup("new");
        Assert.Equal(LlmErrorKind.NotFound, (await CallHarness.FailsAsync(() => h.Client.ChatAsync("new", "Hello"))).Kind);
        h.Router.RemoveDeployment("g", "a/m");
        Assert.Equal("b/m", (await h.Client.ChatAsync("g", "Hello")).GetRoute()!.Deployment);
    }

    [Fact]
    public async Task A_wrong_change_is_refused_as_a_whole_and_names_the_problem()
    {
        using CallHarness h = Harness();
        long version = h.Get<SnapshotSource>().Current.Version;
        LlmException unknown = Assert.Throws<LlmException>(() => h.Router.SetDeployment("g", "x", new DeploymentOptions { Model = "nobody/m" }));
        Assert.Equal(LlmErrorKind.Configuration, unknown.Kind);
        Assert.Contains("LlmStack:ModelGroups:g:Deployments:x:Model is 'nobody/m'", unknown.Message, StringComparison.Ordinal);
        LlmException used = Assert.Throws<LlmException>(() => h.Router.RemoveGroup("other"));
        Assert.Contains("LlmStack:Aliases:quick:Target is 'other'", used.Message, StringComparison.Ordinal);
        Assert.Equal(version, h.Get<SnapshotSource>().Current.Version);
        h.Router.SetAlias("fine", "g");
        Assert.Equal("g", (await h.Client.ChatAsync("fine", "Hello")).GetRoute()!.Group);
    }

    [Fact]
    public async Task A_refused_change_of_a_group_that_was_added_leaves_nothing_behind()
    {
        using CallHarness h = Harness();
        var group = new ModelGroupOptions { Deployments = { ["x"] = new DeploymentOptions { Model = "b/large" } } };
        h.Router.SetGroup("new", group);
        Assert.Throws<LlmException>(() => h.Router.SetDeployment("new", "y", new DeploymentOptions { Model = "nobody/m" }));

        h.Router.SetAlias("fine", "new");

        Assert.Equal("b/large", (await h.Client.ChatAsync("fine", "Hello")).GetRoute()!.Deployment);
        Assert.Equal(["x"], group.Deployments.Keys);

        // Nor is what the caller does with his object afterwards a change.
        group.Deployments.Clear();
        h.Router.RemoveAlias("fine");
        h.Router.SetDeployment("new", "z", new DeploymentOptions { Model = "a/small" });
        h.Router.RemoveDeployment("new", "x");
        Assert.Equal("a/small", (await h.Client.ChatAsync("new", "Hello")).GetRoute()!.Deployment);
    }

    [Fact]
    public async Task Under_load_changes_lose_no_call_and_leave_nothing_behind()
    {
        using CallHarness h = Harness();
        h["a"].OnOtherCalls.Answer("ok");
        int version = (int)h.Get<SnapshotSource>().Current.Version;
        using var done = new CancellationTokenSource();
        Task changes = Task.Run(() =>
        {
            int i = 0;
            for (; !done.IsCancellationRequested || i < 50; i++)
            {
                h.Router.SetGroup("g", new ModelGroupOptions
                {
                    Deployments = { ["x"] = new DeploymentOptions { Model = "a/m", MaxConcurrency = i % 2 == 0 ? null : 1_000 }, ["y"] = new DeploymentOptions { Model = "b/m", Weight = i % 3 } },
                });
                h.Router.SetDeployment("g", "z", new DeploymentOptions { Model = "b/large", TokensPerMinute = i % 2 == 0 ? null : int.MaxValue });
                h.Router.SetAlias("quick", i % 2 == 0 ? "g" : "other");
                h.Router.RemoveDeployment("g", "z");
            }

            return i;
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, 4_000), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, ct) =>
        {
            string model = (i % 3) switch { 0 => "g", 1 => "quick", _ => "a/m" };
            Assert.Equal("ok", (await h.Client.ChatAsync(model, "Hello", cancellationToken: ct)).Text);
        });
        await done.CancelAsync();
        await changes;

        Assert.True(h.Get<SnapshotSource>().Current.Version >= version + 200);
        Assert.Equal(4_000, h["a"].Calls.Count + h["b"].Calls.Count);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task What_was_learned_stays_and_calls_under_way_finish_on_the_old_snapshot()
    {
        using CallHarness h = Harness();
        await h.Client.ChatAsync("other", "Hello");
        Deployment before = h.Get<SnapshotSource>().Current.Deployments["a/m"];
        h.Router.SetGroup("new", new ModelGroupOptions { Deployments = { ["x"] = new DeploymentOptions { Model = "a/m" } } });
        Deployment after = h.Get<SnapshotSource>().Current.Deployments["a/m"];
        Assert.NotSame(before, after);
        Assert.Same(before.Health, after.Health);
        Assert.Equal(1, after.Health.Successes);
    }

    [Fact]
    public async Task A_deployment_that_fails_after_its_removal_harms_nobody_and_is_remembered()
    {
        using CallHarness h = Harness();
        h.Router.SetGroup("brief", new ModelGroupOptions
        {
            Deployments = { ["x"] = new DeploymentOptions { Model = "a/gone" }, ["y"] = new DeploymentOptions { Model = "b/stays", Order = 1 } },
        });
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(5)).RateLimited(TimeSpan.FromSeconds(60));

        CallRoute route = (await h.RunAsync(
            async () =>
            {
                Task<ChatResponse> call = h.Client.ChatAsync("brief", "Hello");
                h.Router.RemoveDeployment("brief", "x");
                return await call.ConfigureAwait(false);
            },
            TimeSpan.FromSeconds(1))).GetRoute()!;

        Assert.Equal(["a/gone", "b/stays"], route.Attempts.Select(static a => a.Deployment));
        Assert.DoesNotContain(h.Router.GetDeployments(), static d => d.Id == "a/gone");
        h.Router.SetDeployment("brief", "x", new DeploymentOptions { Model = "a/gone" });
        Assert.NotNull(h.Router.GetDeployments().Single(static d => d.Id == "a/gone").CooldownRemaining);
        h.AssertNothingLeaks();
    }

    [Fact]
    public void Changes_survive_a_reload_of_the_configuration()
    {
        var source = new Dictionary<string, string?>
        {
            ["LlmStack:Providers:openai:Type"] = "OpenAI",
            ["LlmStack:Providers:openai:ApiKey"] = "k",
            ["LlmStack:ModelGroups:g:Deployments:a:Model"] = "openai/m",
        };
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(source).Build();
        using var services = Stack.Build(configuration: configuration);
        ILlmRouter router = services.GetRequiredService<ILlmRouter>();
        router.SetAlias("mine", "g");
        router.Pin("g", "openai/m");
        configuration["LlmStack:ModelGroups:h:Deployments:a:Model"] = "openai/n";
        configuration.Reload();
        RoutingSnapshot snapshot = services.Snapshot();
        Assert.True(snapshot.Groups.ContainsKey("h"));
        Assert.Equal("g", snapshot.Resolve("mine").Group.Name);
        Assert.Equal("openai/m", snapshot.Groups["g"].Control.PinnedTo);
    }

    [Fact]
    public async Task A_pin_takes_every_call_while_its_target_can_serve()
    {
        using CallHarness h = Harness();
        h.Router.Pin("g", "b/m");
        for (int i = 0; i < 20; i++)
        {
            CallRoute route = (await h.Client.ChatAsync("g", "Hello")).GetRoute()!;
            Assert.Equal(("b/m", "pinned by an operator"), (route.Deployment, route.Reason));
        }
        h["b"].OnOtherCalls.Throw(LlmErrorKind.RateLimited, statusCode: 429);
        Assert.Equal("a/m", (await h.Client.ChatAsync("g", "Hello")).GetRoute()!.Deployment);
        h.Router.Unpin("g");
        Assert.Null(h.Get<SnapshotSource>().Current.Groups["g"].Control.PinnedTo);
        Assert.Contains("allowed: a/m, b/m", Assert.Throws<LlmException>(() => h.Router.Pin("g", "c/m")).Message, StringComparison.Ordinal);
        Assert.Contains("allowed: g, other", Assert.Throws<LlmException>(() => h.Router.Pin("x", "c/m")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drained_deployment_gets_no_new_calls_until_it_is_resumed()
    {
        using CallHarness h = Harness();
        h.Router.Drain("a/m");
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("b/m", (await h.Client.ChatAsync("g", "Hello")).GetRoute()!.Deployment);
        }
        LlmException nobody = await CallHarness.FailsAsync(() => h.Client.ChatAsync("other", "Hello"));
        Assert.Contains("drained removed 1 of 1 (is drained by an operator)", nobody.Message, StringComparison.Ordinal);
        Assert.True(Assert.Single(h.Router.GetDeployments(), static d => d.Id == "a/m").Draining);
        h.Router.Resume("a/m");
        Assert.Equal("a/m", (await h.Client.ChatAsync("other", "Hello")).GetRoute()!.Deployment);
        Assert.Throws<LlmException>(() => h.Router.Drain("nobody/m"));
    }
}
