using System.Diagnostics;
using LlmStack.Configuration;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tests.Tracing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace LlmStack.Tests.Calls;

[Collection(ActivitiesInTurn.Name)]
public sealed class RoutingWishesTests
{
    private static ChatOptions With(RoutingOptions routing) => ((ChatOptions?)null).WithRouting(routing);

    private static CallHarness Regions() => new(
        llm => llm
            .AddModelGroup("fast", g => g
                .AddDeployment("a/m", d => { d.Region = "us"; d.Tags = ["default"]; })
                .AddDeployment("b/m", d => { d.Region = "eu"; d.Tags = ["premium"]; })
                .FallBackTo("backup"))
            .AddModelGroup("backup", g => g
                .AddDeployment("c/m", d => { d.Region = "us"; d.Tags = ["default"]; })
                .AddDeployment("d/m", d => { d.Region = "eu"; d.Tags = ["default"]; }))
            .AddModelGroup("third", g => g.AddDeployment("d/m", d => { d.Region = "eu"; d.Tags = ["default"]; }))
            .AddAlias("quick", "fast"),
        "a",
        "b",
        "c",
        "d");

    [Fact]
    public async Task A_region_binds_the_fallbacks_too()
    {
        using CallHarness h = Regions();
        h["b"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { Region = "EU", Tags = ["premium"] }));

        Assert.Equal(["b/m@eu", "d/m@eu"], response.GetRoute()!.Attempts.Select(a => a.Deployment));
        Assert.Empty(h["a"].Calls);
        Assert.Empty(h["c"].Calls);
    }

    [Fact]
    public async Task Tags_prefer_matching_members_and_fall_to_the_default_ones()
    {
        using CallHarness h = Regions();

        Assert.Equal("b/m@eu", (await h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { Tags = ["premium"] }))).GetRoute()!.Deployment);
        Assert.Equal("a/m@us", (await h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { Tags = ["unheard of"] }))).GetRoute()!.Deployment);
        Assert.Equal("a/m@us", (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!.Deployment);
    }

    [Fact]
    public async Task Without_a_match_and_without_a_default_tags_leave_nobody()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Tags = ["x"])), "a");

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { Tags = ["y"] })));

        Assert.Equal(LlmErrorKind.NoCandidate, error.Kind);
        Assert.Contains("tags", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, Assert.Single(error.Route!.Removals!).Count);
        Assert.Null(error.Route.Deployment);
    }

    [Fact]
    public async Task An_order_of_the_call_is_followed_and_others_come_after()
    {
        using CallHarness h = new(
            llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m").AddDeployment("c/m", d => d.Order = 1)),
            "a",
            "b",
            "c");
        h["c"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { Order = ["c", "b/m"] }));

        Assert.Equal(["c/m", "b/m", "a/m"], response.GetRoute()!.Attempts.Select(a => a.Deployment));
    }

    [Fact]
    public async Task Ignored_deployments_are_never_asked()
    {
        using CallHarness h = Regions();
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { Tags = ["premium"], Ignore = ["a", "c"] }));

        Assert.Equal("d/m@eu", response.GetRoute()!.Deployment);
    }

    [Fact]
    public async Task Fallbacks_of_the_call_replace_the_groups_own()
    {
        using CallHarness h = Regions();
        h["a"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { Fallbacks = ["third"] }));

        Assert.Equal("third", response.GetRoute()!.Group);
        Assert.Empty(h["c"].Calls);
    }

    [Fact]
    public async Task Without_fallbacks_no_other_group_serves()
    {
        using CallHarness h = Regions();
        h["a"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { AllowFallbacks = false })));

        Assert.Equal(LlmErrorKind.NotFound, error.Kind);
        Assert.Empty(h["c"].Calls);
    }

    [Fact]
    public async Task Attempts_of_the_call_are_bounded_over_every_group()
    {
        using CallHarness h = Regions();
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            h[name].OnOtherCalls.Throw(LlmErrorKind.ServerError, statusCode: 500);
        }

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { MaxAttempts = 2 })));

        Assert.Equal(["fast", "backup"], error.Route!.Attempts.Select(a => a.Group));
    }

    [Fact]
    public async Task Time_limits_of_the_call_outrank_the_configured()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1)), "a", "b");
        h["a"].OnCall(1).Stream("x").StallAfter(0);
        h["b"].OnCall(1).Stream("one ", "two").StallAfter(1);
        ChatOptions options = With(new RoutingOptions { FirstTokenTimeout = TimeSpan.FromSeconds(2), IdleTimeout = TimeSpan.FromSeconds(3) });
        DateTimeOffset before = h.Time.GetUtcNow();

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(ReadAsync(h, options), TimeSpan.FromMilliseconds(250)));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.Contains("3 s (IdleTimeout)", error.Message, StringComparison.Ordinal);
        Assert.Contains("2 s (FirstTokenTimeout)", error.Route!.Attempts[0].Message, StringComparison.Ordinal);

        // Long before the configured 60 s; the harness may move time a few steps further than the call needs.
        Assert.InRange(h.Time.GetUtcNow() - before, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(50));
    }

    [Fact]
    public async Task Names_resolve_to_aliases_direct_models_and_the_default_group()
    {
        using CallHarness h = new(
            llm =>
            {
                llm.AddModelGroup("fast", g => g.AddDeployment("a/m")).AddAlias("quick", "fast");
                llm.Configure(o => o.DefaultGroup = "fast");
            },
            "a",
            "b");

        CallRoute alias = (await h.Client.ChatAsync("quick", "Hello")).GetRoute()!;
        CallRoute direct = (await h.Client.ChatAsync("b/any/model", "Hello")).GetRoute()!;
        CallRoute unknown = (await h.Client.ChatAsync("whatever", "Hello")).GetRoute()!;

        Assert.Equal(("quick", "quick", "fast", "a/m"), (alias.RequestedName, alias.Alias, alias.Group, alias.Deployment));
        Assert.Equal("b/any/model", direct.Deployment);
        Assert.Equal("any/model", Assert.Single(h["b"].Calls).Model);
        Assert.Equal(("whatever", "fast"), (unknown.RequestedName, unknown.Group));
    }

    [Fact]
    public async Task A_prompt_beyond_every_window_takes_the_fallback_before_any_call()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("small", g => g.AddDeployment("a/m", d => d.ContextWindow = 100).FallBackTo("large", LlmErrorKind.ContextWindowExceeded))
                .AddModelGroup("large", g => g.AddDeployment("b/m"))
                .AddModelGroup("alone", g => g.AddDeployment("a/n", d => d.ContextWindow = 100)),
            "a",
            "b");
        string prompt = new('x', 4_000);

        ChatResponse response = await h.Client.ChatAsync("small", prompt);
        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("alone", prompt));

        Assert.Equal("large", response.GetRoute()!.Group);
        Assert.Equal(LlmErrorKind.ContextWindowExceeded, error.Kind);
        Assert.Contains("the limit is 100", error.Message, StringComparison.Ordinal);
        Assert.Empty(h["a"].Calls);
    }

    [Fact]
    public async Task A_call_under_way_finishes_on_the_configuration_it_began_with()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1)), "a", "b");
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(5)).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        Task<ChatResponse> call = h.Client.ChatAsync("fast", "Hello");
        await h["a"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));

        SnapshotSource source = h.Get<SnapshotSource>();
        LlmStackOptions options = h.Get<IOptions<LlmStackOptions>>().Value;
        ModelGroupOptions group = options.ModelGroups["fast"];
        group.Deployments.Remove(group.Deployments.Single(pair => pair.Value.Model == "b/m").Key);
        source.Swap(h.Get<SnapshotBuilder>().Build(options, version: 2));
        ChatResponse old = await h.RunAsync(call, TimeSpan.FromSeconds(1));
        ChatResponse fresh = await h.Client.ChatAsync("fast", "Hello");

        Assert.Equal((1, "b/m"), (old.GetRoute()!.SnapshotVersion, old.GetRoute()!.Deployment));
        Assert.Equal((2, "a/m"), (fresh.GetRoute()!.SnapshotVersion, fresh.GetRoute()!.Deployment));
        h.AssertNothingLeaks();
    }

    private static async Task<int> ReadAsync(CallHarness h, ChatOptions options)
    {
        int count = 0;
        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello", options))
        {
            count++;
        }

        return count;
    }

    [Fact]
    public async Task A_callers_permissions_bind_the_fallbacks_too()
    {
        using CallHarness h = Regions();
        h["b"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);
        h["a"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);
        using IDisposable caller = LlmContext.Push(LlmContext.Current with { Permissions = ["fast", "d/*"] });

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello");

        Assert.Equal("d/m@eu", response.GetRoute()!.Deployment);
        Assert.Empty(h["c"].Calls);
    }

    [Fact]
    public async Task A_caller_without_permission_reaches_nobody()
    {
        using CallHarness h = Regions();
        using IDisposable caller = LlmContext.Push(LlmContext.Current with { Permissions = ["third"] });

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));

        Assert.Equal(LlmErrorKind.PolicyDenied, error.Kind);
        Assert.Contains("permissions removed 2 of 2 (not among the caller's permissions)", error.Message, StringComparison.Ordinal);
        Assert.All(h.Providers.Values, static provider => Assert.Empty(provider.Calls));
    }

    [Fact]
    public async Task An_explanation_knows_the_caller_who_came_in_by_baggage_as_a_call_does()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g
                    .AddDeployment("a/m", d => d.Order = 1)
                    .AddDeployment("b/m", d => d.Order = 2)
                    .Configure(o => o.Rules["known"] = new RuleOptions { When = "user == 'u-9'", Use = ["b/m"] }))
                .Configure(o => o.Tracing.Baggage.Add(nameof(LlmContext.UserId))),
            "a",
            "b");
        using var request = new Activity("request");
        request.SetIdFormat(ActivityIdFormat.W3C).Start();
        request.AddBaggage("langfuse_user_id", "u-9");

        Assert.Equal("b/m", (await h.Router.ExplainAsync("fast", [new ChatMessage(ChatRole.User, "Hello")])).Picked);
        Assert.Equal("b/m", (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!.Deployment);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Content_of_a_call_bound_to_a_region_stays_in_it(bool inRegion)
    {
        var sink = new RegionSink("eu");
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Region = inRegion ? "eu" : "us"))
                .AddSink(sink),
            "a");
        h["a"].OnOtherCalls.Answer("secret");

        await h.Client.ChatAsync("fast", "Hello", With(new RoutingOptions { Region = inRegion ? "eu" : "us" }));

        Assert.NotEmpty(sink.Spans);
        Assert.Equal(inRegion, sink.Spans.Any(static span => span.GetOutputJson()?.Contains("secret", StringComparison.Ordinal) == true));

        // A sink that names no region gets no content that is bound to one.
        Assert.NotEmpty(h.Traces.Spans);
        Assert.All(h.Traces.Spans, static span => Assert.True(span.InputJson.IsEmpty && span.OutputJson.IsEmpty));
    }

    [Fact]
    public async Task A_larger_window_in_the_group_is_asked_before_the_group_is_left()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g
                    .AddDeployment("a/m", d => d.ContextWindow = 1000)
                    .AddDeployment("b/m", d => { d.ContextWindow = 1000; d.Order = 1; })
                    .AddDeployment("c/m", d => { d.ContextWindow = 2000; d.Order = 2; })
                    .FallBackTo("large"))
                .AddModelGroup("large", g => g.AddDeployment("d/m", d => d.ContextWindow = 9000)),
            "a",
            "b",
            "c",
            "d");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.ContextWindowExceeded, statusCode: 400);
        h["c"].OnOtherCalls.Throw(LlmErrorKind.ContextWindowExceeded, statusCode: 400);

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello");

        Assert.Equal(["a/m", "c/m", "d/m"], response.GetRoute()!.Attempts.Select(a => a.Deployment));
        Assert.Empty(h["b"].Calls);
    }

    [Theory]
    [InlineData("MaxCost", "RoutingOptions.MaxCost is -1; allowed is US dollars, 0 or more")]
    [InlineData("MaxRetention", "RoutingOptions.MaxRetention is -1.00:00:00; allowed is zero or more")]
    [InlineData("RequiredTags", "RoutingOptions.RequiredTags[1] is empty; allowed is a name")]
    public async Task Wishes_that_cannot_be_meant_are_refused_before_a_call(string wish, string expected)
    {
        using CallHarness h = Regions();
        var routing = new RoutingOptions
        {
            MaxCost = wish == "MaxCost" ? -1 : null,
            MaxRetention = wish == "MaxRetention" ? TimeSpan.FromDays(-1) : null,
            RequiredTags = wish == "RequiredTags" ? ["a", " "] : null,
        };

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", With(routing)));

        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
