using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class StreamRecoveryTests
{
    private static readonly ModelPrice Price = new() { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 };

    private static CallHarness Pair(Action<DeploymentOptions>? second = null, Action<ModelGroupBuilder>? group = null) => new(
        llm => llm.AddModelGroup("fast", g =>
        {
            g.AddDeployment("a/m", d => { d.Order = 0; d.Price = Price; });
            g.AddDeployment("b/m", d =>
            {
                d.Order = 1;
                d.Price = Price;
                second?.Invoke(d);
            });
            g.Configure(o => o.Policy = new CallPolicyOptions { OnStreamLost = StreamLossBehavior.Continue });
            group?.Invoke(g);
        }),
        "a",
        "b");

    private static async Task<List<ChatResponseUpdate>> StreamAsync(CallHarness h, ChatOptions? options)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello", options))
        {
            updates.Add(update);
        }

        return updates;
    }

    [Fact]
    public async Task Another_deployment_goes_on_where_the_text_was_cut_and_says_so_first()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "two ", "three").CutAfter(2);
        h["b"].OnCall(1).Stream("three ", "four").Usage(20, 2);

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("one two three four", string.Concat(updates.Select(u => u.Text)));
        int announced = updates.FindIndex(u => u.AdditionalProperties?.ContainsKey(StreamContinuation.Key) == true);
        Assert.Equal("three ", updates[announced + 1].Text);
        Assert.Equal(new StreamContinuation("a/m", "b/m", LlmErrorKind.Network, 8), updates[announced].AdditionalProperties![StreamContinuation.Key]);
        Assert.Single(updates.ToChatResponse().Messages);
        IReadOnlyList<ChatMessage> sent = h["b"].Calls[0].Messages;
        Assert.Equal("one two ", sent[^2].Text);
        Assert.Equal(ChatRole.Assistant, sent[^2].Role);
        Assert.Equal(ChatRole.User, sent[^1].Role);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_model_that_takes_up_a_partial_answer_gets_no_instruction()
    {
        using CallHarness h = Pair(d => d.AcceptsPrefill = true);
        h["a"].OnCall(1).Stream("one ", "two").CutAfter(1);

        await h.StreamAsync("fast");

        Assert.Equal("one ", h["b"].Calls[0].Messages[^1].Text);
        Assert.Equal(ChatRole.Assistant, h["b"].Calls[0].Messages[^1].Role);
    }

    [Fact]
    public async Task Usage_and_cost_of_both_parts_are_summed_the_lost_one_estimated()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one two three four ", "x").CutAfter(1);
        h["b"].OnCall(1).Stream("five").Usage(20, 2);

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        ChatResponse response = updates.ToChatResponse();
        CallRoute route = response.GetRoute()!;
        RouteAttempt lost = route.Attempts[0];
        Assert.True(lost.IsUsageEstimated);
        Assert.True(lost.MayHaveBeenBilled);
        Assert.True(lost.Cost!.Total > 0);
        Assert.Equal(22m, route.Attempts[1].Cost!.Total);
        Assert.Equal(22m + lost.Cost.Total, route.Cost.Total);
        Assert.True(route.Cost.Estimated);
        Assert.Equal((long)route.Cost.Total!.Value, response.Usage!.TotalTokenCount);
        Assert.Equal(route.Cost.Total, h.Traces.Spans.Where(s => s.Type == ObservationType.Generation).Sum(s => s.Cost));
    }

    [Fact]
    public async Task The_trace_holds_one_generation_for_each_part_and_the_whole_text()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "two").CutAfter(1);
        h["b"].OnCall(1).Stream("two");

        await h.StreamAsync("fast");

        h.Traces.ShouldHaveChild("chat fast", "attempt 1");
        h.Traces.ShouldHaveChild("chat fast", "attempt 2");
        SpanData call = h.Traces.Single("chat fast");
        Assert.Equal(ObservationType.Span, call.Type);
        Assert.Contains("one two", System.Text.Encoding.UTF8.GetString(call.Record.OutputJson), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_loss_goes_on_from_everything_delivered()
    {
        using CallHarness h = Pair(group: g => g.AddDeployment("a/n", d => d.Order = 2));
        h["a"].OnCall(1).Stream("one ", "x").CutAfter(1);
        h["b"].OnCall(1).Stream("two ", "x").CutAfter(1);
        h["a"].OnCall(2).Stream("three");

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("one two three", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal("one two ", h["a"].Calls[1].Messages[^2].Text);
        Assert.Equal(3, updates[^1].GetRoute()!.Attempts.Count);
    }

    [Fact]
    public async Task Nobody_left_to_go_on_is_an_interruption_with_everything_delivered()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "x").CutAfter(1);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Authentication);
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.StreamAsync("fast"), TimeSpan.FromSeconds(1)));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.Equal("one ", error.PartialText);
        Assert.Equal(LlmErrorKind.Network, Assert.IsType<LlmException>(error.InnerException).Kind);
        Assert.Equal(3, error.Route!.Attempts.Count);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Structured_output_is_not_continued()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("{\"a\":", "1}").CutAfter(1);

        LlmException error = await CallHarness.FailsAsync(() => StreamAsync(h, new ChatOptions { ResponseFormat = ChatResponseFormat.Json }));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.Empty(h["b"].Calls);
    }

    [Fact]
    public async Task Fallbacks_that_are_not_allowed_are_not_used_after_the_first_content_either()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g.AddDeployment("a/m").FallBackTo("other").Configure(o => o.Policy = new CallPolicyOptions { MaxRetries = 0 }))
                .AddModelGroup("other", g => g.AddDeployment("b/m")),
            "a",
            "b");
        h["a"].OnOtherCalls.Stream("one ", "x").CutAfter(1);
        ChatOptions free = ((ChatOptions?)null).WithRouting(new RoutingOptions { OnStreamLost = StreamLossBehavior.Continue });
        ChatOptions bound = ((ChatOptions?)null).WithRouting(new RoutingOptions { OnStreamLost = StreamLossBehavior.Continue, AllowFallbacks = false });

        LlmException error = await CallHarness.FailsAsync(() => StreamAsync(h, bound));
        Assert.Empty(h["b"].Calls);
        List<ChatResponseUpdate> updates = await StreamAsync(h, free);

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.Equal("other", updates[^1].GetRoute()!.Group);
    }

    [Fact]
    public async Task A_text_completion_goes_on_from_prompt_and_partial_text()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "x").CutAfter(1);
        h["b"].OnCall(1).Stream("two");
        var updates = new List<TextCompletionUpdate>();

        await foreach (TextCompletionUpdate update in h.Client.CompleteStreamingAsync("fast", "Count: "))
        {
            updates.Add(update);
        }

        Assert.Equal("one two", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal("Count: one ", h["b"].Calls[0].Inputs[0]);
        Assert.Equal("b/m", Assert.Single(updates, u => u.Continuation is not null).Continuation!.Deployment);
    }

    [Fact]
    public async Task Breaking_off_after_a_continuation_settles_everything()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "x").CutAfter(1);
        h["b"].OnCall(1).Stream("two ", "three");

        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
        {
            if (update.AdditionalProperties?.ContainsKey(StreamContinuation.Key) == true)
            {
                break;
            }
        }

        Assert.Equal("cancelled", h.Traces.Single("chat fast").StatusMessage);
        h.AssertNothingLeaks();
    }
}
