using System.Diagnostics.Metrics;
using LlmStack.Diagnostics;
using LlmStack.Health;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace LlmStack.Tests.Diagnostics;

public sealed class ActiveProbeTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "Hello")];

    private static CallHarness Pair(ProbeOptions? probe, params string[] providers) => new(
        llm => llm
            .AddModelGroup("g", g =>
            {
                foreach (string provider in providers)
                {
                    g.AddDeployment(provider + "/m", d => { d.Probe = probe; d.Price = new ModelPrice { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 }; });
                }
            }),
        providers);

    private static ProbeOptions Chat => new() { Kind = ProbeKind.Chat, Interval = Interval };

    private static async Task<ActiveProbes> StartAsync(CallHarness h)
    {
        ActiveProbes probes = h.Get<ActiveProbes>();
        probes.Start();
        await probes.SettledAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return probes;
    }

    private static async Task PassAsync(CallHarness h, TimeSpan time)
    {
        h.Time.Advance(time);
        await h.Get<ActiveProbes>().SettledAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Nobody_is_probed_unless_it_is_set()
    {
        using CallHarness h = Pair(probe: null, "a");
        await StartAsync(h);
        await PassAsync(h, TimeSpan.FromHours(1));
        Assert.Empty(h["a"].Calls);
        Assert.Null(Assert.Single(h.Router.GetDeployments()).Probe);
    }

    [Fact]
    public async Task Each_interval_asks_once_for_one_token()
    {
        using CallHarness h = Pair(Chat, "a");
        await StartAsync(h);
        await PassAsync(h, Interval + TimeSpan.FromMilliseconds(1));
        await PassAsync(h, TimeSpan.FromSeconds(10));
        Assert.Equal(2, h["a"].Calls.Count);
        Assert.All(h["a"].Calls, c => Assert.Equal(1, c.Options!.MaxOutputTokens));
    }

    [Fact]
    public async Task An_interval_that_was_made_shorter_counts_from_that_moment()
    {
        using CallHarness h = Pair(new ProbeOptions { Kind = ProbeKind.Chat, Interval = TimeSpan.FromDays(1) }, "a");
        await StartAsync(h);
        h.Router.SetGroup("g", new ModelGroupOptions { Deployments = { ["a/m"] = new DeploymentOptions { Model = "a/m", Probe = Chat } } });
        await PassAsync(h, Interval - TimeSpan.FromSeconds(1));
        Assert.Single(h["a"].Calls);
        await PassAsync(h, TimeSpan.FromSeconds(1) + TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, h["a"].Calls.Count);
    }

    [Fact]
    public async Task Who_fails_is_left_out_and_seen_everywhere_until_he_passes()
    {
        using CallHarness h = Pair(Chat, "a", "b");
        h["a"].OnCall(1).Throw(LlmErrorKind.ServerError);
        await StartAsync(h);

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("b/m", (await h.Client.ChatAsync("g", "Hello")).GetRoute()!.Deployment);
        }

        RouteExplanation plan = await h.Router.ExplainAsync("g", Hello);
        CandidateExplanation failing = plan.Candidates.Single(c => c.Deployment == "a/m");
        Assert.Equal((false, "probe", "its last probe failed"), (failing.Included, failing.Filter, failing.Reason));
        ProbeStatus status = h.Router.GetDeployments().Single(d => d.Id == "a/m").Probe!;
        Assert.Equal((false, "ServerError: Call 1 fails as the script says."), (status.Passed, status.Error));
        Assert.True(h.Router.GetDeployments().Single(d => d.Id == "b/m").Probe!.Passed);

        await PassAsync(h, Interval + TimeSpan.FromMilliseconds(1));
        Assert.Equal([true, true], (await h.Router.ExplainAsync("g", Hello)).Candidates.Select(c => c.Included));
    }

    [Fact]
    public async Task A_result_older_than_twice_the_interval_counts_for_nothing()
    {
        using CallHarness h = Pair(Chat, "a", "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.ServerError);
        (await StartAsync(h)).Dispose();

        h.Time.Advance(Interval * 2);
        Assert.False(await IsInAsync(h, "a/m"));
        h.Time.Advance(TimeSpan.FromTicks(1));
        Assert.True(await IsInAsync(h, "a/m"));
        Assert.Equal(Interval * 2 + TimeSpan.FromTicks(1), h.Router.GetDeployments().Single(d => d.Id == "a/m").Probe!.Age);
    }

    [Fact]
    public async Task A_probe_never_empties_a_group_and_the_decision_says_so()
    {
        using CallHarness h = Pair(Chat, "a", "b");
        h["a"].OnCall(1).Throw(LlmErrorKind.ServerError);
        h["b"].OnCall(1).Throw(LlmErrorKind.ServerError);
        await StartAsync(h);

        CallRoute route = (await h.Client.ChatAsync("g", "Hello")).GetRoute()!;

        Assert.Equal("its last probe failed, but nobody else is left", route.Reason);
        RouteExplanation plan = await h.Router.ExplainAsync("g", Hello);
        Assert.NotNull(plan.Picked);
        Assert.All(plan.Candidates, c => Assert.True(c.Included));
        Assert.All(plan.Candidates, c => Assert.EndsWith("; its last probe failed, but nobody else is left", c.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_cools_comes_back_as_soon_as_a_probe_is_answered()
    {
        using CallHarness h = Pair(Chat, "a", "b");
        await StartAsync(h);
        h["a"].OnCall(2).Throw(LlmErrorKind.PermissionDenied);
        await h.Client.ChatAsync("g", "Hello", ((ChatOptions?)null).WithRouting(new RoutingOptions { Order = ["a"] }));
        Assert.NotNull(h.Router.GetDeployments().Single(d => d.Id == "a/m").CooldownRemaining);

        await PassAsync(h, Interval + TimeSpan.FromMilliseconds(1));

        Assert.Null(h.Router.GetDeployments().Single(d => d.Id == "a/m").CooldownRemaining);
        Assert.True(await IsInAsync(h, "a/m"));
    }

    [Fact]
    public async Task Who_asked_for_a_wait_is_neither_asked_nor_brought_back()
    {
        using CallHarness h = Pair(Chat, "a", "b");
        await StartAsync(h);
        h["a"].OnCall(2).RateLimited(TimeSpan.FromMinutes(2));
        await h.Client.ChatAsync("g", "Hello", ((ChatOptions?)null).WithRouting(new RoutingOptions { Order = ["a"] }));

        await PassAsync(h, Interval + TimeSpan.FromMilliseconds(1));

        Assert.Equal(2, h["a"].Calls.Count);
        Assert.False(await IsInAsync(h, "a/m"));
    }

    [Theory]
    [InlineData(LlmErrorKind.RateLimited, true)]
    [InlineData(LlmErrorKind.InvalidRequest, true)]
    [InlineData(LlmErrorKind.Authentication, false)]
    [InlineData(LlmErrorKind.Overloaded, false)]
    public async Task Who_refuses_the_question_or_is_busy_is_there(LlmErrorKind kind, bool passed)
    {
        using CallHarness h = Pair(Chat, "a");
        h["a"].OnOtherCalls.Throw(kind);
        await StartAsync(h);
        Assert.Equal(passed, Assert.Single(h.Router.GetDeployments()).Probe!.Passed);
    }

    [Fact]
    public async Task A_model_that_does_not_answer_in_time_fails_also_when_its_code_does_not_listen()
    {
        var never = new TaskCompletionSource<ChatResponse>();
        using var h = new CallHarness(llm => llm
            .AddProvider("odd", p => p.UseProvider(_ => new OddProvider { Chat = (_, _) => new ValueTask<ChatResponse>(never.Task) }))
            .AddModelGroup("g", g => g.AddDeployment("odd/m", d => d.Probe = Chat)));
        ActiveProbes probes = h.Get<ActiveProbes>();
        probes.Start();
        Task settled = probes.SettledAsync();
        while (!settled.IsCompleted)
        {
            h.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("Timeout: no answer within 10 s", Assert.Single(h.Router.GetDeployments()).Probe!.Error);
        never.SetResult(new ChatResponse());
    }

    [Fact]
    public async Task What_probes_cost_is_counted_apart_from_calls()
    {
        using var meters = new TestMeterFactory();
        using var h = new CallHarness(
            llm =>
            {
                llm.Services.AddSingleton<IMeterFactory>(meters);
                llm.AddModelGroup("g", g => g.AddDeployment("a/m", d => { d.Probe = Chat; d.Price = new ModelPrice { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 }; }));
            },
            "a");
        h["a"].OnOtherCalls.Answer("pong").Usage(2, 1);
        using var probed = new MetricCollector<long>(meters, "LlmStack", "llmstack.probes");
        using var cost = new MetricCollector<double>(meters, "LlmStack", "llmstack.probe.cost");
        using var calls = new MetricCollector<long>(meters, "LlmStack", "llmstack.calls");
        using var paid = new MetricCollector<double>(meters, "LlmStack", "llmstack.cost");

        await StartAsync(h);

        Assert.Equal(("a/m", "None"), (Assert.Single(probed.GetMeasurementSnapshot()).Tags["deployment"], probed.LastMeasurement!.Tags["kind"]));
        Assert.Equal(3, Assert.Single(cost.GetMeasurementSnapshot()).Value);
        Assert.Empty(calls.GetMeasurementSnapshot());
        Assert.Empty(paid.GetMeasurementSnapshot());
        Assert.Empty(h.Router.GetRecentCalls());
        Assert.Empty(h.Traces.Spans);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task The_list_of_models_is_asked_for_once_for_all_deployments_of_a_provider()
    {
        int status = 503;
        await using var server = new RawHttpServer(_ => RawReply.Body(status, "{}"));
        using var h = new CallHarness(llm => llm
            .AddOpenAICompatible("p", server.Address.ToString())
            .AddModelGroup("g", g => g.AddDeployment("p/m").AddDeployment("p/n").AddDeployment("a/m", d => d.Order = 1))
            .Configure(o => o.Providers["p"].Probe = new ProbeOptions()), "a");

        await StartAsync(h);
        Assert.Equal("a/m", (await h.Client.ChatAsync("g", "Hello")).GetRoute()!.Deployment);
        Assert.Equal("answered 503", h.Router.GetDeployments().Single(d => d.Id == "p/n").Probe!.Error);
        Assert.StartsWith("GET /v1/models HTTP/1.1", Assert.Single(server.Requests), StringComparison.Ordinal);

        // A refusal is an answer: the server is there.
        status = 401;
        await PassAsync(h, Interval + TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, server.Requests.Count);
        Assert.True(h.Router.GetDeployments().Single(d => d.Id == "p/m").Probe!.Passed);
    }

    [Theory]
    [InlineData(LlmErrorKind.Network, true)]
    [InlineData(LlmErrorKind.PermissionDenied, false)]
    public async Task A_server_that_answers_ends_the_cooldown_of_one_that_could_not_be_reached(LlmErrorKind cause, bool back)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, "{}"));
        using var h = new CallHarness(llm => llm
            .AddOpenAICompatible("p", server.Address.ToString())
            .AddModelGroup("g", g => g.AddDeployment("p/m", d => { d.Probe = new ProbeOptions(); d.Policy = new CallPolicyOptions { CooldownDuration = TimeSpan.FromMinutes(5) }; }).AddDeployment("a/m"))
            .Configure(o => o.Defaults.Errors["Network"] = new ErrorKindOptions { AllowedFailures = 1 }), "a");
        RoutingSnapshot snapshot = h.Get<SnapshotSource>().Current;
        Deployment deployment = snapshot.Deployments["p/m"];
        for (int i = 0; i < 2; i++)
        {
            h.Get<HealthTracker>().Started(deployment);
            h.Get<HealthTracker>().Failed(deployment, snapshot.Groups["g"], new LlmException(cause, "gone"), new AttemptSample(h.Time.GetTimestamp(), 0, 0, 0, false));
        }

        Assert.NotNull(h.Router.GetDeployments().Single(d => d.Id == "p/m").CooldownRemaining);
        h.Time.Advance(TimeSpan.FromSeconds(1));
        await StartAsync(h);
        Assert.Equal(back, h.Router.GetDeployments().Single(d => d.Id == "p/m").CooldownRemaining is null);
    }

    [Fact]
    public async Task A_change_at_run_time_begins_and_ends_probes()
    {
        using CallHarness h = Pair(probe: null, "a", "b");
        await StartAsync(h);
        h.Router.SetDeployment("g", "a/m", new DeploymentOptions { Model = "a/m", Probe = Chat });
        await PassAsync(h, TimeSpan.Zero);
        Assert.Single(h["a"].Calls);
        h.Router.SetDeployment("g", "a/m", new DeploymentOptions { Model = "a/m" });
        await PassAsync(h, Interval * 3);
        Assert.Single(h["a"].Calls);
        Assert.Null(h.Router.GetDeployments().Single(d => d.Id == "a/m").Probe);
    }

    [Fact]
    public void Settings_are_read_and_checked()
    {
        using ServiceProvider services = Stack.Build(configuration: Stack.Json("""
            { "Providers": { "p": { "Endpoint": "http://127.0.0.1:1/v1", "Probe": { "Interval": "00:01:00", "Timeout": "00:00:05" } } },
              "ModelGroups": { "g": { "Deployments": { "a": { "Model": "p/a" }, "b": { "Model": "p/b", "Probe": { "Kind": "Chat" } }, "c": { "Model": "p/c", "Probe": { "Enabled": false } } } } } }
            """));
        Assert.Equal(
            [new ProbePlan(true, ProbeKind.Models, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5)), new ProbePlan(true, ProbeKind.Chat, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)), null],
            services.Snapshot().Groups["g"].Members.Select(m => m.Deployment.ProbePlan));

        using ServiceProvider wrong = Stack.Build(configuration: Stack.Json("""
            { "Providers": { "p": { "Endpoint": "http://127.0.0.1:1/v1", "Probe": { "Interval": "00:00:00.5", "Timeout": "00:00:10", "Kind": "7" } } } }
            """));
        string message = wrong.Failure();
        Assert.Contains("Providers:p:Probe:Interval is 00:00:00.5000000; allowed: a time, 1 s to 1 day", message, StringComparison.Ordinal);
        Assert.Contains("Providers:p:Probe:Timeout is 00:00:10; allowed: a time, more than 0 and not longer than Interval (00:00:00.5000000)", message, StringComparison.Ordinal);
        Assert.Contains("Providers:p:Probe:Kind is 7; allowed: Models, Chat", message, StringComparison.Ordinal);
    }

    private static async Task<bool> IsInAsync(CallHarness h, string deployment) =>
        (await h.Router.ExplainAsync("g", Hello)).Candidates.Single(c => c.Deployment == deployment).Included;
}
