using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class ChatCallTests
{
    private static CallHarness Pair(Action<ModelGroupBuilder>? more = null) => new(
        llm => llm.AddModelGroup("fast", g =>
        {
            g.AddDeployment("a/m", d => d.Order = 0);
            g.AddDeployment("b/m", d => d.Order = 1);
            more?.Invoke(g);
        }),
        "a",
        "b");

    [Fact]
    public async Task A_call_served_at_once_has_one_attempt_and_one_generation_without_children()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Answer("hi").Usage(10, 2);

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello");

        CallRoute route = response.GetRoute()!;
        Assert.Equal("hi", response.Text);
        Assert.Equal("a/m", route.Deployment);
        Assert.Equal("fast", route.Group);
        RouteAttempt attempt = Assert.Single(route.Attempts);
        Assert.Null(attempt.Error);
        SpanData span = Assert.Single(h.Traces.Spans);
        Assert.Equal(ObservationType.Generation, span.Type);
        Assert.Equal(route.ObservationId, span.SpanId);
        Assert.Equal(10, span.Usage!.InputTokenCount);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_failure_moves_at_once_to_the_other_deployment_and_both_attempts_are_traced()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        h["b"].OnCall(1).Answer("from b").Usage(10, 2);
        DateTimeOffset before = h.Time.GetUtcNow();

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello");

        Assert.Equal(before, h.Time.GetUtcNow());
        CallRoute route = response.GetRoute()!;
        Assert.Equal("b/m", route.Deployment);
        Assert.Equal([LlmErrorKind.Overloaded, null], route.Attempts.Select(a => a.Error));
        Assert.Equal(503, route.Attempts[0].StatusCode);

        SpanData call = h.Traces.Single("chat fast");
        Assert.Equal(ObservationType.Span, call.Type);
        Assert.Null(call.Usage);
        SpanData first = h.Traces.ShouldHaveChild(call, "attempt 1", ObservationType.Generation);
        SpanData second = h.Traces.ShouldHaveChild(call, "attempt 2", ObservationType.Generation);
        Assert.Equal(ObservationLevel.Warning, first.Level);
        Assert.Equal(ObservationLevel.Default, call.Level);
        Assert.Null(first.Usage);
        Assert.Equal(2, second.Usage!.OutputTokenCount);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task An_invalid_request_is_not_repeated_anywhere()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g.AddDeployment("a/m").FallBackTo("other"))
                .AddModelGroup("other", g => g.AddDeployment("b/m")),
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.InvalidRequest, statusCode: 400);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));

        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Single(error.Route!.Attempts);
        Assert.Empty(h["b"].Calls);
    }

    [Fact]
    public async Task A_refusal_by_content_policy_falls_back_only_where_the_fallback_names_it()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("plain", g => g.AddDeployment("a/m").FallBackTo("other"))
                .AddModelGroup("opted", g => g.AddDeployment("a/m").FallBackTo("other", LlmErrorKind.ContentPolicyViolation))
                .AddModelGroup("other", g => g.AddDeployment("b/m")),
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.ContentPolicyViolation, statusCode: 400);
        h["b"].OnOtherCalls.Answer("ok");

        LlmException refused = await CallHarness.FailsAsync(() => h.Client.ChatAsync("plain", "Hello"));
        ChatResponse answered = await h.Client.ChatAsync("opted", "Hello");

        Assert.Equal(LlmErrorKind.ContentPolicyViolation, refused.Kind);
        Assert.Equal("other", answered.GetRoute()!.Group);
    }

    [Fact]
    public async Task A_single_deployment_is_asked_again_after_its_retry_after()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("solo", g => g.AddDeployment("a/m")), "a");
        h["a"].OnCall(1).RateLimited(TimeSpan.FromSeconds(3));
        h["a"].OnCall(2).Answer("later");
        DateTimeOffset before = h.Time.GetUtcNow();

        ChatResponse response = await h.RunAsync(() => h.Client.ChatAsync("solo", "Hello"), TimeSpan.FromMilliseconds(250));

        Assert.Equal("later", response.Text);
        TimeSpan waited = h.Time.GetUtcNow() - before;
        Assert.InRange(waited, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4.5));
        Assert.True(response.GetRoute()!.Timing.RetryWait >= TimeSpan.FromSeconds(3));
        Assert.True(response.GetRoute()!.Attempts[1].Wait >= TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_wait_longer_than_allowed_is_not_waited_and_the_error_carries_it()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("solo", g => g.AddDeployment("a/m")), "a");
        h["a"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(90));

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("solo", "Hello"));

        Assert.Equal(LlmErrorKind.RateLimited, error.Kind);
        Assert.Equal(TimeSpan.FromSeconds(90), error.RetryAfter);
        Assert.Single(h["a"].Calls);
    }

    [Fact]
    public async Task When_all_fail_the_error_has_the_most_actionable_kind_and_lists_every_attempt()
    {
        using CallHarness h = Pair();
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication, statusCode: 401);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.QuotaExhausted, statusCode: 402);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));

        Assert.Equal(LlmErrorKind.Authentication, error.Kind);
        Assert.Contains("a/m Authentication (401)", error.Message, StringComparison.Ordinal);
        Assert.Contains("b/m QuotaExhausted (402)", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Route!.Attempts.Count);
        SpanData call = h.Traces.Single("chat fast");
        Assert.Equal(ObservationLevel.Error, call.Level);
        Assert.Equal(ObservationLevel.Warning, h.Traces.ShouldHaveChild(call, "attempt 1").Level);
        Assert.Equal(ObservationLevel.Error, h.Traces.ShouldHaveChild(call, "attempt 2").Level);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_failed_call_marks_the_spans_around_it()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("solo", g => g.AddDeployment("a/m")), "a");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.InvalidRequest, statusCode: 400);

        using (h.Tracer.StartTrace("workflow"))
        {
            await CallHarness.FailsAsync(() => h.Client.ChatAsync("solo", "Hello"));
        }

        Assert.Equal(ObservationLevel.Error, h.Traces.Single("workflow").Level);
        h.Traces.ShouldHaveChild("workflow", "chat solo");
    }

    [Fact]
    public async Task Fallback_groups_are_entered_once_each_even_in_a_cycle()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("one", g => g.AddDeployment("a/m").FallBackTo("two"))
                .AddModelGroup("two", g => g.AddDeployment("b/m").FallBackTo("one")),
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("one", "Hello"));

        Assert.Equal(["a/m", "b/m"], error.Route!.Attempts.Select(a => a.Deployment));
    }

    [Fact]
    public async Task Attempts_never_exceed_the_budget_of_the_request()
    {
        using CallHarness h = new(
            llm =>
            {
                llm.AddModelGroup("many", g =>
                {
                    for (int i = 0; i < 10; i++)
                    {
                        g.AddDeployment($"a/m{i}");
                    }
                });
                llm.Configure(o => o.Defaults.MaxAttempts = 4);
            },
            "a");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.ServerError, statusCode: 500);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("many", "Hello"));

        Assert.Equal(4, error.Route!.Attempts.Count);
        Assert.Equal(4, error.Route.Attempts.Select(a => a.Deployment).Distinct().Count());
    }

    [Fact]
    public async Task The_callers_cancellation_surfaces_with_his_token_and_leaves_nothing_open()
    {
        using CallHarness h = Pair();
        h["a"].OnOtherCalls.StallAfter(0);
        using var source = new CancellationTokenSource();

        Task<ChatResponse> call = h.Client.ChatAsync("fast", "Hello", cancellationToken: source.Token);
        await h["a"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        await source.CancelAsync();

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Empty(h["b"].Calls);
        Assert.Equal("cancelled", h.Traces.Single("chat fast").StatusMessage);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_is_a_timeout_and_the_next_deployment_answers()
    {
        using CallHarness h = Pair(g => g.Configure(o => o.Policy = new CallPolicyOptions { AttemptTimeout = TimeSpan.FromSeconds(5) }));
        h["a"].OnOtherCalls.StallAfter(0);
        h["b"].OnOtherCalls.Answer("ok");

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), TimeSpan.FromSeconds(1));

        Assert.Equal("b/m", response.GetRoute()!.Deployment);
        Assert.Equal(LlmErrorKind.Timeout, response.GetRoute()!.Attempts[0].Error);
        Assert.Contains("AttemptTimeout", response.GetRoute()!.Attempts[0].Message, StringComparison.Ordinal);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task The_deadline_of_a_call_ends_it_wherever_it_is()
    {
        using CallHarness h = Pair();
        h["a"].OnOtherCalls.StallAfter(0);
        h["b"].OnOtherCalls.StallAfter(0);
        ChatOptions options = ((ChatOptions?)null).WithRouting(new RoutingOptions { Deadline = TimeSpan.FromSeconds(7) });
        DateTimeOffset before = h.Time.GetUtcNow();

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(h.Client.ChatAsync("fast", "Hello", options), TimeSpan.FromSeconds(1)));

        Assert.Equal(LlmErrorKind.Timeout, error.Kind);
        Assert.InRange(h.Time.GetUtcNow() - before, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(9));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Routing_wishes_are_taken_off_before_a_provider_sees_the_options()
    {
        using CallHarness h = Pair();
        h["b"].OnOtherCalls.Answer("ok");
        ChatOptions options = new ChatOptions { Temperature = 0.5f }.WithRouting(new RoutingOptions { Only = ["b"] });

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello", options);

        Assert.Equal("b/m", response.GetRoute()!.Deployment);
        ChatOptions seen = Assert.Single(h["b"].Calls).Options!;
        Assert.Equal(0.5f, seen.Temperature);
        Assert.True(seen.AdditionalProperties is null or { Count: 0 });
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task An_empty_name_is_refused_before_any_call(string model)
    {
        using CallHarness h = Pair();

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync(model, "Hello"));

        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Contains("provider/model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_is_a_local_not_found_with_near_matches()
    {
        using CallHarness h = Pair();

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fsat", "Hello"));

        Assert.Equal(LlmErrorKind.NotFound, error.Kind);
        Assert.Contains("fast", error.Message, StringComparison.Ordinal);
        Assert.Empty(h["a"].Calls);
    }

    [Fact]
    public async Task Empty_messages_are_refused_before_any_call()
    {
        using CallHarness h = Pair();

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", Array.Empty<ChatMessage>()));

        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Empty(h["a"].Calls);
    }

    [Fact]
    public async Task Requests_per_minute_are_kept_exactly_and_the_load_goes_elsewhere()
    {
        using CallHarness h = new(
            llm => llm.AddModelGroup("fast", g =>
            {
                g.AddDeployment("a/m", d => { d.Order = 0; d.RequestsPerMinute = 3; });
                g.AddDeployment("b/m", d => d.Order = 1);
            }),
            "a",
            "b");
        h["a"].OnOtherCalls.Answer("a");
        h["b"].OnOtherCalls.Answer("b");

        for (int i = 0; i < 5; i++)
        {
            await h.Client.ChatAsync("fast", "Hello");
        }

        Assert.Equal(3, h["a"].Calls.Count);
        Assert.Equal(2, h["b"].Calls.Count);
    }

    [Fact]
    public async Task A_limit_with_nobody_else_fails_with_the_wait()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("solo", g => g.AddDeployment("a/m", d => d.RequestsPerMinute = 1)), "a");
        h["a"].OnOtherCalls.Answer("a");

        await h.Client.ChatAsync("solo", "Hello");
        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("solo", "Hello"));

        Assert.Equal(LlmErrorKind.LimitExceeded, error.Kind);
        Assert.InRange(error.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(61));
        Assert.Single(h["a"].Calls);
    }

    [Fact]
    public async Task Parallel_calls_with_mixed_outcomes_leave_nothing_in_flight()
    {
        using CallHarness h = Pair();
        for (int i = 1; i <= 2_000; i++)
        {
            if (i % 3 == 0)
            {
                h["a"].OnCall(i).Throw(LlmErrorKind.ServerError, statusCode: 500);
            }
            else
            {
                h["a"].OnCall(i).Answer("a");
            }
        }

        h["b"].OnOtherCalls.Answer("b");
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), async (_, ct) => await h.Client.ChatAsync("fast", "Hello", cancellationToken: ct));

        h.AssertNothingLeaks();
        Assert.Equal(2_000, h.Traces.Named("chat fast").Count);
    }
}
