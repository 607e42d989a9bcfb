using LlmStack.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

public sealed class FallbackCallTests
{
    private static CallHarness Groups(Action<ModelGroupBuilder> one, Action<ILlmStackBuilder>? more = null) => new(
        llm =>
        {
            llm.AddModelGroup("one", one).AddModelGroup("two", g => g.AddDeployment("b/m"));
            more?.Invoke(llm);
        },
        "a",
        "b",
        "c");

    [Fact]
    public async Task A_fallback_rewrites_a_copy_of_the_callers_options()
    {
        using CallHarness h = Groups(g => g.AddDeployment("a/m").FallBackTo("two", f =>
        {
            f.Temperature = 0.1f;
            f.MaxOutputTokens = 50;
            f.Extra["thinking_budget"] = "128";
            f.Extra["mode"] = "short";
            f.RewriteWith(o => o.Instructions = "Be brief.");
        }));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);
        var options = new ChatOptions { Temperature = 0.9f, TopP = 0.5f };

        ChatResponse response = await h.Client.ChatAsync("one", "Hello", options);

        ChatOptions sent = Assert.Single(h["b"].Calls).Options!;
        Assert.Equal(0.1f, sent.Temperature);
        Assert.Equal(0.5f, sent.TopP);
        Assert.Equal(50, sent.MaxOutputTokens);
        Assert.Equal(128d, sent.AdditionalProperties!["thinking_budget"]);
        Assert.Equal("short", sent.AdditionalProperties["mode"]);
        Assert.Equal("Be brief.", sent.Instructions);
        Assert.Equal(0.9f, Assert.Single(h["a"].Calls).Options!.Temperature);
        Assert.Equal(0.9f, options.Temperature);
        Assert.Null(options.Instructions);
        Assert.Contains("temperature: 0.1 for the fallback 'two'", response.GetRoute()!.Changes!);
    }

    [Fact]
    public async Task The_rules_of_a_fallback_choose_who_serves()
    {
        using CallHarness h = Groups(
            g => g.AddDeployment("a/m").FallBackTo("two"),
            llm => llm
                .AddModelGroup("two", g => g.Configure(o => o.Rules["elsewhere"] = new RuleOptions { When = "feature == 'search'", Group = "three" }).Configure(o => o.Rules["z"] = new RuleOptions { Order = 1 }))
                .AddModelGroup("three", g => g.AddDeployment("c/m")));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        using (LlmContext.Push(LlmContext.Empty with { Feature = "search" }))
        {
            CallRoute route = (await h.Client.ChatAsync("one", "Hello")).GetRoute()!;
            Assert.Equal(("three", "c/m", "elsewhere"), (route.Group, route.Deployment, route.Pool));
        }

        Assert.Equal("b/m", (await h.Client.ChatAsync("one", "Hello")).GetRoute()!.Deployment);
    }

    [Fact]
    public async Task A_fallback_whose_rules_lead_back_or_to_nobody_is_passed_over()
    {
        using CallHarness h = Groups(
            g => g.AddDeployment("a/m").FallBackTo("two").FallBackTo("three").FallBackTo("four"),
            llm => llm
                .AddModelGroup("two", g => g.Configure(o => o.Rules["back"] = new RuleOptions { Group = "one" }))
                .AddModelGroup("three", g => g.AddDeployment("c/n").Configure(o => o.Rules["others"] = new RuleOptions { When = "feature == 'search'" }))
                .AddModelGroup("four", g => g.AddDeployment("c/m")));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        CallRoute route = (await h.Client.ChatAsync("one", "Hello")).GetRoute()!;

        Assert.Equal(["a/m", "c/m"], route.Attempts.Select(a => a.Deployment));
        Assert.Equal("four", route.Group);
    }

    [Fact]
    public async Task The_classifier_of_a_fallback_looks_at_the_request_first()
    {
        using CallHarness h = Groups(
            g => g.AddDeployment("a/m").FallBackTo("sorted"),
            llm =>
            {
                llm.Services.AddKeyedSingleton<IRequestClassifier>("mine", new AlwaysLong());
                llm.AddModelGroup("sorted", g => g.AddDeployment("b/short").AddDeployment("c/long").UseStrategy(RoutingStrategy.Classified, o =>
                {
                    o.Classifier = "mine";
                    o.DefaultPool = "short";
                    o.Pools["short"] = new PoolOptions { Use = ["b"] };
                    o.Pools["long"] = new PoolOptions { Use = ["c"] };
                }));
            });
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        CallRoute route = (await h.Client.ChatAsync("one", "Hello")).GetRoute()!;

        Assert.Equal(("c/long", "long"), (route.Deployment, route.Pool));
    }

    private sealed class AlwaysLong : IRequestClassifier
    {
        public ValueTask<RouteHints> ClassifyAsync(RouteRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(new RouteHints { Tier = "long" });
    }

    [Fact]
    public async Task Each_fallback_rewrites_what_the_caller_gave_and_not_what_an_earlier_one_made_of_it()
    {
        using CallHarness h = Groups(
            g => g.AddDeployment("a/m").FallBackTo("two", f => f.Temperature = 0.1f).FallBackTo("three", f => f.TopP = 0.2f),
            llm => llm.AddModelGroup("three", g => g.AddDeployment("c/m")));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        await h.Client.ChatAsync("one", "Hello", new ChatOptions { Temperature = 0.9f });

        ChatOptions sent = Assert.Single(h["c"].Calls).Options!;
        Assert.Equal(0.9f, sent.Temperature);
        Assert.Equal(0.2f, sent.TopP);
    }

    [Fact]
    public async Task Streams_and_completions_are_rewritten_as_well()
    {
        using CallHarness h = Groups(g => g.AddDeployment("a/m").FallBackTo("two", f => f.MaxOutputTokens = 7));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        await h.StreamAsync("one");
        await h.Client.CompleteAsync("one", "Hello");

        Assert.Equal(7, h["b"].Calls[0].Options!.MaxOutputTokens);
        Assert.Equal(7, h["b"].Calls[1].TextOptions!.MaxOutputTokens);
    }

    [Fact]
    public async Task A_fallback_by_status_follows_that_status_alone()
    {
        using CallHarness h = Groups(g => g.AddDeployment("a/m").FallBackTo("two", f => f.StatusCodes.Add(402)));
        h["a"].OnCall(1).Throw(LlmErrorKind.QuotaExhausted, statusCode: 429);
        h["a"].OnCall(2).Throw(LlmErrorKind.QuotaExhausted, statusCode: 402);

        await CallHarness.FailsAsync(() => h.Client.ChatAsync("one", "Hello"));
        ChatResponse response = await h.Client.ChatAsync("one", "Hello");

        Assert.Equal("two", response.GetRoute()!.Group);
    }

    [Fact]
    public async Task Default_fallbacks_serve_the_groups_that_have_none_of_their_own()
    {
        using CallHarness h = Groups(
            g => g.AddDeployment("a/m"),
            llm => llm
                .AddModelGroup("own", g => g.AddDeployment("a/m").FallBackTo("three"))
                .AddModelGroup("three", g => g.AddDeployment("c/m"))
                .Configure(o => o.DefaultFallbacks["two"] = new FallbackOptions()));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        ChatResponse general = await h.Client.ChatAsync("one", "Hello");
        ChatResponse own = await h.Client.ChatAsync("own", "Hello");
        ChatResponse direct = await h.Client.ChatAsync("a/other", "Hello");

        Assert.Equal("two", general.GetRoute()!.Group);
        Assert.Equal("three", own.GetRoute()!.Group);
        Assert.Equal("two", direct.GetRoute()!.Group);
    }

    [Fact]
    public async Task A_prompt_that_was_too_long_goes_to_a_larger_window_of_the_group_before_any_fallback()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("one", g => g
                    .AddDeployment("a/small", d => { d.Order = 0; d.ContextWindow = 8_000; })
                    .AddDeployment("b/same", d => { d.Order = 1; d.ContextWindow = 8_000; })
                    .AddDeployment("c/large", d => { d.Order = 2; d.ContextWindow = 100_000; })
                    .FallBackTo("other"))
                .AddModelGroup("other", g => g.AddDeployment("b/m")),
            "a",
            "b",
            "c");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.ContextWindowExceeded);

        ChatResponse response = await h.Client.ChatAsync("one", "Hello");

        Assert.Equal(["a/small", "c/large"], response.GetRoute()!.Attempts.Select(a => a.Deployment));
    }

    [Fact]
    public async Task Without_a_larger_window_in_the_group_the_context_fallback_comes_before_general_ones()
    {
        using CallHarness h = Groups(
            g => g.AddDeployment("a/m").FallBackTo("two").FallBackTo("long", LlmErrorKind.ContextWindowExceeded),
            llm => llm.AddModelGroup("long", g => g.AddDeployment("c/m")));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.ContextWindowExceeded);

        ChatResponse response = await h.Client.ChatAsync("one", "Hello");

        Assert.Equal("long", response.GetRoute()!.Group);
        Assert.Empty(h["b"].Calls);
    }

    [Fact]
    public async Task A_finish_reason_that_counts_as_a_failure_falls_back()
    {
        using CallHarness h = Groups(g => g
            .AddDeployment("a/m")
            .FallBackTo("two", LlmErrorKind.ContentPolicyViolation)
            .Configure(o => o.Policy = new CallPolicyOptions { FinishReasons = { ["content_filter"] = "ContentPolicyViolation" } }));
        h["a"].OnOtherCalls.Answer("").Finish(ChatFinishReason.ContentFilter).Usage(10, 1);

        ChatResponse response = await h.Client.ChatAsync("one", "Hello");
        List<ChatResponseUpdate> stream = await h.StreamAsync("one");

        Assert.Equal("two", response.GetRoute()!.Group);
        Assert.Equal(LlmErrorKind.ContentPolicyViolation, response.GetRoute()!.Attempts[0].Error);
        Assert.Contains("content_filter", response.GetRoute()!.Attempts[0].Message, StringComparison.Ordinal);
        Assert.Equal("two", stream[^1].GetRoute()!.Group);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_finish_reason_that_nobody_can_cure_leaves_the_answer_as_it_is()
    {
        using CallHarness h = Groups(g => g
            .AddDeployment("a/m")
            .Configure(o => o.Policy = new CallPolicyOptions { FinishReasons = { ["length"] = "ContextWindowExceeded" } }));
        h["a"].OnOtherCalls.Answer("half").Finish(ChatFinishReason.Length);

        ChatResponse response = await h.Client.ChatAsync("one", "Hello");

        Assert.Equal("half", response.Text);
        Assert.Null(Assert.Single(response.GetRoute()!.Attempts).Error);
        Assert.Equal(1, h.Get<SnapshotSource>().Current.Deployments["a/m"].Health.Failures);
        h.AssertNothingLeaks();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_empty_answer_counts_as_a_failure_only_by_option(bool set)
    {
        using CallHarness h = new(
            llm => llm.AddModelGroup("one", g => g
                .AddDeployment("a/m", d => d.Order = 0)
                .AddDeployment("b/m", d => d.Order = 1)
                .Configure(o => o.Policy = new CallPolicyOptions { EmptyAnswer = set ? "InvalidResponse" : null })),
            "a",
            "b");
        h["a"].OnOtherCalls.Answer("");
        h["b"].OnOtherCalls.Answer("full");

        ChatResponse response = await h.Client.ChatAsync("one", "Hello");

        Assert.Equal(set ? "full" : "", response.Text);
    }

    [Fact]
    public async Task Without_fallbacks_a_call_stays_in_its_group_before_and_within()
    {
        using CallHarness h = Groups(g => g.AddDeployment("a/m", d => d.ContextWindow = 10).FallBackTo("two"));
        ChatOptions options = ((ChatOptions?)null).WithRouting(new RoutingOptions { AllowFallbacks = false });
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        LlmException before = await CallHarness.FailsAsync(() => h.Client.ChatAsync("one", new string('x', 4_000), options));
        LlmException within = await CallHarness.FailsAsync(() => h.Client.ChatAsync("one", "Hi", options));

        Assert.Equal(LlmErrorKind.ContextWindowExceeded, before.Kind);
        Assert.Equal(LlmErrorKind.Authentication, within.Kind);
        Assert.Empty(h["b"].Calls);
    }

    [Fact]
    public async Task When_all_fail_the_most_actionable_kind_is_reported_and_every_attempt_listed()
    {
        using CallHarness h = Groups(g => g.AddDeployment("a/m").FallBackTo("two"));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.QuotaExhausted);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("one", "Hello"));

        Assert.Equal(LlmErrorKind.Authentication, error.Kind);
        Assert.Equal([LlmErrorKind.Authentication, LlmErrorKind.QuotaExhausted], error.Route!.Attempts.Select(a => a.Error!.Value));
        Assert.Contains("a/m Authentication (401); b/m QuotaExhausted (429)", error.Message, StringComparison.Ordinal);
    }
}
