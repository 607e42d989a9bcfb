using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

public sealed class CallCostTests
{
    private static CallHarness Pair() => new(
        llm => llm.AddModelGroup("fast", g =>
        {
            g.AddDeployment("a/m", d => Priced(d, 10, 20));
            g.AddDeployment("b/m", d => Priced(d, 100, 200, order: 1));
        }),
        "a",
        "b");

    [Fact]
    public async Task An_attempt_that_was_refused_costs_nothing()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        h["b"].OnCall(1).Answer("x").Usage(1_000, 100);

        CallRoute route = (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!;

        Assert.Null(route.Attempts[0].Cost);
        Assert.Equal(0.12m, route.Attempts[1].Cost!.Total);
        Assert.Equal((0.12m, false), (route.Cost.Total, route.Cost.Estimated));
        AssertSpansAddUp(h, route);
    }

    [Fact]
    public async Task A_failed_attempt_that_says_what_it_used_is_billed_with_the_others()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Throw(new LlmException(LlmErrorKind.InvalidResponse, "unreadable") { StatusCode = 200, Usage = new UsageDetails { InputTokenCount = 1_000, OutputTokenCount = 50 } });
        h["b"].OnCall(1).Answer("x").Usage(1_000, 100);

        CallRoute route = (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!;

        Assert.Equal([0.011m, 0.12m], route.Attempts.Select(static a => a.Cost!.Total!.Value));
        Assert.Equal(0.131m, route.Cost.Total);
        Assert.Equal(4, route.Cost.Lines.Count);
        AssertSpansAddUp(h, route);
    }

    [Fact]
    public async Task A_stream_the_caller_cancels_is_billed_by_the_prompt_and_the_text_that_arrived()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("12345678", "never").StallAfter(1);
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", [new ChatMessage(ChatRole.User, new string('x', 400))], cancellationToken: cancel.Token))
            {
                if (update.Text.Length > 0)
                {
                    await cancel.CancelAsync();
                }
            }
        });

        CallRoute route = h.Router.GetRecentCalls()[0];
        RouteAttempt attempt = Assert.Single(route.Attempts);
        Assert.Equal((LlmErrorKind.Cancelled, true, true), (attempt.Error, attempt.MayHaveBeenBilled, attempt.Cost!.Estimated));
        Assert.Equal(2, attempt.Cost.Lines.Single(static line => line.Bucket == "output").Quantity);
        Assert.True(attempt.Cost.Lines.Single(static line => line.Bucket == "input").Quantity >= 90);
        Assert.Equal(attempt.Cost.Total, route.Cost.Total);
        AssertSpansAddUp(h, route);
    }

    [Fact]
    public async Task A_stream_that_is_lost_and_its_replacement_are_both_billed()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one", "two").CutAfter(1).Usage(1_000, 10);

        LlmException error = await Assert.ThrowsAsync<LlmException>(async () =>
        {
            await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", [new ChatMessage(ChatRole.User, "Hello")]))
            {
                Assert.NotNull(update);
            }
        });

        RouteAttempt attempt = Assert.Single(error.Route!.Attempts);
        Assert.True(attempt.Cost!.Estimated);
        Assert.Equal(attempt.Cost.Total, error.Route.Cost.Total);
        AssertSpansAddUp(h, error.Route);
    }

    [Fact]
    public async Task The_providers_own_figure_and_its_service_tier_reach_route_and_trace()
    {
        var provider = new OddProvider
        {
            Chat = static (call, _) =>
            {
                call.Report.ServiceTier = "flex";
                call.Report.ReportedCost = call.Model == "reports" ? 0.5m : null;
                return ValueTask.FromResult(Answer(call.Model, 1_000, 100));
            },
        };
        using CallHarness h = new(llm => llm
            .AddProvider("own", p => p.UseProvider(_ => provider))
            .AddModelGroup("reports", g => g.AddDeployment("own/reports", static d => Priced(d, 10, 20)))
            .AddModelGroup("tier", g => g.AddDeployment("own/tier", static d => Priced(d, 10, 20))));

        CallRoute reported = (await h.Client.ChatAsync("reports", "Hello")).GetRoute()!;
        Assert.Equal((0.5m, 0.006m, true), (reported.Cost.Total, reported.Cost.ComputedTotal, reported.Cost.Deviates));
        AssertSpansAddUp(h, reported);
        h.Traces.Clear();
        CallRoute tiered = (await h.Client.ChatAsync("tier", "Hello")).GetRoute()!;
        Assert.Equal(0.006m, tiered.Cost.Total);
        AssertSpansAddUp(h, tiered);
    }

    [Fact]
    public async Task A_price_by_the_hour_is_that_of_the_attempts_start()
    {
        using CallHarness h = new(
            llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m", static d =>
            {
                Priced(d, 10, 10);
                d.Price!.Windows = new() { ["morning"] = new() { UtcFrom = new(8, 0), UtcTo = new(8, 30), InputPerMillion = 1, OutputPerMillion = 1 } };
            })),
            "a");
        h["a"].OnOtherCalls.Answer("x").Usage(1_000_000, 0).Delay(TimeSpan.FromMinutes(1));
        h.Time.Advance(TimeSpan.FromMinutes(29.5));

        Assert.Equal(1m, (await h.RunAsync(() => h.Client.ChatAsync("fast", "Hello"), TimeSpan.FromSeconds(20))).GetRoute()!.Cost.Total);
        Assert.Equal(10m, (await h.RunAsync(() => h.Client.ChatAsync("fast", "Hello"), TimeSpan.FromSeconds(20))).GetRoute()!.Cost.Total);
    }

    [Fact]
    public async Task An_unknown_price_is_null_with_a_reason_and_zero_is_a_price()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("unknown", g => g.AddDeployment("a/m"))
                .AddModelGroup("free", g => g.AddDeployment("a/free", static d => Priced(d, 0, 0))),
            "a");
        h["a"].OnOtherCalls.Answer("x").Usage(10, 10);

        CallCost unknown = (await h.Client.ChatAsync("unknown", "Hello")).GetRoute()!.Cost;
        Assert.Equal((null, "no price is known for the model"), (unknown.Total, unknown.UnknownReason));
        Assert.Equal(0m, (await h.Client.ChatAsync("free", "Hello")).GetRoute()!.Cost.Total);
    }

    [Fact]
    public async Task An_explanation_forecasts_the_cost_at_each_candidate()
    {
        using CallHarness h = new(
            llm => llm.AddModelGroup("fast", g =>
            {
                g.AddDeployment("a/m", static d => Priced(d, 10, 20));
                g.AddDeployment("a/unknown");
            }),
            "a");
        RouteExplanation explanation = await h.Router.ExplainAsync("fast", [new ChatMessage(ChatRole.User, "Hello")], new ChatOptions { MaxOutputTokens = 100 });
        CandidateExplanation known = explanation.Candidates.Single(static c => c.Model == "m");
        Assert.Equal(((explanation.EstimatedInputTokens * 10m) + (100 * 20m)) / 1_000_000, known.ExpectedCost);
        Assert.Null(explanation.Candidates.Single(static c => c.Model == "unknown").ExpectedCost);
    }

    [Fact]
    public async Task A_moving_name_is_billed_as_the_model_that_answered()
    {
        var provider = new OddProvider { Chat = static (_, _) => ValueTask.FromResult(Answer("gpt-4o-2024-05-13", 1_000_000, 0)) };
        using CallHarness h = new(llm => llm
            .AddProvider("own", p => p.UseProvider(_ => provider))
            .AddModelGroup("moving", g => g.AddDeployment("own/our-model", static d => d.BaseModel = "openai/gpt-4o")));
        Assert.Equal(2.5m, (await h.Client.ChatAsync("moving", "Hello")).GetRoute()!.Cost.Total);
    }

    private static void AssertSpansAddUp(CallHarness h, CallRoute route)
    {
        decimal sum = h.Traces.Spans.Where(static span => span.Type == ObservationType.Generation).Sum(static span => span.Cost ?? 0);
        Assert.Equal(route.Cost.Total, sum);
        Assert.Equal(route.Cost.Total, route.Attempts.Sum(static attempt => attempt.Cost?.Total ?? 0));
    }

    private static ChatResponse Answer(string model, long input, long output) => new(new ChatMessage(ChatRole.Assistant, "x"))
    {
        ModelId = model,
        Usage = new UsageDetails { InputTokenCount = input, OutputTokenCount = output },
    };

    private static void Priced(DeploymentOptions deployment, decimal input, decimal output, int order = 0)
    {
        deployment.Order = order;
        deployment.ContextWindow = 100_000;
        deployment.Price = new ModelPrice { InputPerMillion = input, OutputPerMillion = output, ServiceTiers = new() { ["flex"] = 0.5m } };
    }
}
