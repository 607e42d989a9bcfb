using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

public sealed class CascadeTests
{
    private static readonly ModelPrice Price = new() { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 };

    private static CallHarness Cascade(CascadeOptions options, IAnswerValidator? validator = null)
    {
        var h = new CallHarness(
            llm =>
            {
                llm.AddModelGroup("cheap", g => g.AddDeployment("a/m", d => d.Price = Price).Configure(o => o.Cascade = options))
                    .AddModelGroup("good", g => g.AddDeployment("b/m", d => d.Price = Price))
                    .AddModelGroup("judge", g => g.AddDeployment("c/m", d => d.Price = Price));
                if (validator is not null)
                {
                    llm.Services.AddKeyedSingleton("long-enough", validator);
                }
            },
            "a",
            "b",
            "c");
        h["a"].OnOtherCalls.Answer("short").Usage(3, 1);
        h["b"].OnOtherCalls.Answer("a long answer").Usage(5, 3);
        return h;
    }

    private static CascadeOptions Judged => new() { EscalateTo = "good", Judge = "judge" };

    [Fact]
    public async Task A_rejected_answer_leads_to_the_better_group_and_both_are_on_the_bill()
    {
        using CallHarness h = Cascade(new CascadeOptions { EscalateTo = "good", Validator = "long-enough" }, new LongEnough());

        ChatResponse response = await h.Client.ChatAsync("cheap", "Hello");

        CallRoute route = response.GetRoute()!;
        Assert.Equal("a long answer", response.Text);
        Assert.Equal("good", route.Group);
        Assert.Equal(["a/m", "b/m"], route.Attempts.Select(a => a.Deployment));
        Assert.Equal(["fewer than 10 characters", null], route.Attempts.Select(a => a.Rejection));
        Assert.All(route.Attempts, a => Assert.Null(a.Error));
        Assert.Equal(4m + 8m, route.Cost.Total);
        Assert.Equal(0, h.Get<SnapshotSource>().Current.Deployments["a/m"].Health.Failures);
        SpanData call = h.Traces.Single("chat cheap");
        Assert.Equal(ObservationType.Span, call.Type);
        Assert.Equal(route.Cost.Total, h.Traces.Spans.Where(s => s.Type == ObservationType.Generation).Sum(s => s.Cost));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task An_answer_that_is_good_enough_is_returned_at_once()
    {
        using CallHarness h = Cascade(new CascadeOptions { EscalateTo = "good", Validator = "long-enough" }, new LongEnough());
        h["a"].OnOtherCalls.Answer("long enough too").Usage(3, 1);

        ChatResponse response = await h.Client.ChatAsync("cheap", "Hello");

        Assert.Equal("a/m", response.GetRoute()!.Deployment);
        Assert.Empty(h["b"].Calls);
        Assert.Equal(ObservationType.Generation, Assert.Single(h.Traces.Spans).Type);
    }

    [Theory]
    [InlineData("Yes.", "short")]
    [InlineData("no", "a long answer")]
    public async Task A_judge_decides_and_its_cost_is_the_calls(string verdict, string answer)
    {
        using CallHarness h = Cascade(Judged);
        h["c"].OnOtherCalls.Answer(verdict).Usage(20, 1);

        ChatResponse response = await h.Client.ChatAsync("cheap", "Hello");

        Assert.Equal(answer, response.Text);
        CallRoute route = response.GetRoute()!;
        Assert.Equal(21m, Assert.Single(route.Attempts, a => a.Role == AttemptRole.Judge).Cost!.Total);
        Assert.Equal(answer == "short" ? 4m + 21m : 4m + 21m + 8m, route.Cost.Total);
        Assert.Contains("Answer:\nshort", h["c"].Calls[0].Messages[^1].Text, StringComparison.Ordinal);
        h.Traces.ShouldHaveChild("chat cheap", "chat judge");
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task The_wishes_of_the_call_bind_its_judge()
    {
        using CallHarness h = Cascade(Judged);

        ChatResponse response = await h.Client.ChatAsync("cheap", "Hello", ((ChatOptions?)null).WithRouting(new RoutingOptions { Ignore = ["c"] }));

        Assert.Equal("short", response.Text);
        Assert.Empty(h["c"].Calls);
    }

    [Fact]
    public async Task A_judge_that_fails_rejects_nothing()
    {
        using CallHarness h = Cascade(Judged);
        h["c"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        ChatResponse response = await h.Client.ChatAsync("cheap", "Hello");

        Assert.Equal("short", response.Text);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Of_a_stream_that_is_rejected_nobody_sees_anything()
    {
        using CallHarness h = Cascade(new CascadeOptions { EscalateTo = "good", Validator = "long-enough" }, new LongEnough());
        h["a"].OnOtherCalls.Stream("sh", "ort").Usage(3, 1);
        h["b"].OnOtherCalls.Stream("a long ", "answer").Usage(5, 3);

        List<ChatResponseUpdate> updates = await h.StreamAsync("cheap");

        CallRoute route = updates[^1].GetRoute()!;
        Assert.Equal("a long answer", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal(["a/m", "b/m"], route.Attempts.Select(a => a.Deployment));
        Assert.Equal(["fewer than 10 characters", null], route.Attempts.Select(a => a.Rejection));
        Assert.Equal(4m + 8m, route.Cost.Total);
        Assert.Equal(route.Cost.Total, h.Traces.Spans.Where(span => span.Type == ObservationType.Generation).Sum(span => span.Cost));
        Assert.Contains("short", h.Traces.Single("attempt 1").GetOutputJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("short", h.Traces.Single("chat cheap").GetOutputJson(), StringComparison.Ordinal);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_stream_that_is_good_enough_is_handed_on_as_it_came()
    {
        using CallHarness h = Cascade(Judged);
        h["a"].OnOtherCalls.Stream("one ", "two ", "three").Usage(3, 1);
        h["c"].OnOtherCalls.Answer("yes").Usage(20, 1);

        List<ChatResponseUpdate> updates = await h.StreamAsync("cheap");

        Assert.Equal(["one ", "two ", "three"], updates.Select(u => u.Text).Where(text => text.Length > 0));
        Assert.Contains("Answer:\none two three", h["c"].Calls[0].Messages[^1].Text, StringComparison.Ordinal);
        Assert.Equal(4m + 21m, updates[^1].GetRoute()!.Cost.Total);
        Assert.Equal(4m, updates[^1].GetRoute()!.Attempts.Single(a => a.Role != AttemptRole.Judge).Cost!.Total);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_stream_that_is_lost_before_it_was_judged_is_asked_for_elsewhere_unseen()
    {
        using CallHarness h = Cascade(Judged);
        h["a"].OnOtherCalls.Stream("one ", "two").CutAfter(1);
        h["b"].OnOtherCalls.Answer("a long answer").Usage(5, 3);
        h["c"].OnOtherCalls.Answer("yes");
        h.Router.SetDeployment("cheap", "spare", new DeploymentOptions { Model = "b/spare", Order = 1 });

        List<ChatResponseUpdate> updates = await h.StreamAsync("cheap");

        Assert.Equal("a long answer", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal(["a/m", "b/spare"], updates[^1].GetRoute()!.Attempts.Where(a => a.Role != AttemptRole.Judge).Select(a => a.Deployment));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_stream_too_long_to_be_held_back_is_handed_on_unjudged()
    {
        using CallHarness h = Cascade(Judged);
        string piece = new('x', 1024 * 1024);
        h["a"].OnOtherCalls.Stream(piece, piece, piece, "end");

        List<ChatResponseUpdate> updates = await h.StreamAsync("cheap");

        Assert.Equal((3 * piece.Length) + 3, updates.Sum(u => u.Text.Length));
        Assert.Empty(h["c"].Calls);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task The_time_a_judge_takes_is_not_the_deployments_and_ends_with_the_calls_deadline()
    {
        using CallHarness h = Cascade(Judged);
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(1)).Answer("short").Usage(3, 1);
        h["c"].OnOtherCalls.StallAfter(0);

        ChatResponse response = await h.RunAsync(
            h.Client.ChatAsync("cheap", "Hello", ((ChatOptions?)null).WithRouting(new RoutingOptions { Deadline = TimeSpan.FromSeconds(5) })),
            TimeSpan.FromMilliseconds(500));

        Assert.Equal("short", response.Text);
        Assert.InRange(response.GetRoute()!.Timing.Total, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
        Assert.InRange(h.Get<SnapshotSource>().Current.Deployments["a/m"].Health.Answer.Seconds, 1, 2);
    }

    private sealed class LongEnough : IAnswerValidator
    {
        public ValueTask<string?> FindFaultAsync(IReadOnlyList<ChatMessage> messages, ChatResponse answer, CancellationToken cancellationToken) =>
            new(answer.Text.Length < 10 ? "fewer than 10 characters" : null);
    }
}
