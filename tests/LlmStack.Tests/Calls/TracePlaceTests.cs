using System.Text.Json;
using LlmStack.Routing;
using LlmStack.Tests.Langfuse;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>What a call does beside asking one deployment after the other has its place in the trace, and its cost there once.</summary>
public sealed class TracePlaceTests
{
    private static readonly ModelPrice Price = new() { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 };

    private static CallHarness Judged() => new(
        llm => llm
            .AddModelGroup("cheap", g => g.AddDeployment("a/m", d => d.Price = Price).Configure(o => o.Cascade = new CascadeOptions { EscalateTo = "good", Judge = "judge" }))
            .AddModelGroup("good", g => g.AddDeployment("b/m", d => d.Price = Price))
            .AddModelGroup("judge", g => g.AddDeployment("c/m", d => d.Price = Price)),
        "a",
        "b",
        "c");

    [Fact]
    public async Task The_judge_of_an_accepted_answer_is_a_generation_below_the_call()
    {
        using CallHarness h = Judged();
        h["a"].OnOtherCalls.Answer("fine").Usage(3, 1);
        h["c"].OnOtherCalls.Answer("yes").Usage(9, 1);
        ChatOptions options = new ChatOptions().WithPrompt(new PromptReference("p", 1));

        ChatResponse response = await h.Client.ChatAsync("cheap", "Hello", options);

        SpanData call = h.Traces.Single("chat cheap");
        SpanData judge = h.Traces.ShouldHaveChild(call, "chat judge", ObservationType.Generation);
        Assert.Equal(ObservationType.Generation, call.Type);
        Assert.Equal((4m, 10m), (call.Cost, judge.Cost));
        Assert.Equal(response.GetRoute()!.Cost.Total, h.Traces.Spans.Sum(span => span.Cost ?? 0));

        // The judge's own question was not made from the caller's prompt.
        Assert.NotNull(call.Prompt);
        Assert.Null(judge.Prompt);
    }

    [Fact]
    public async Task A_rejected_answer_its_judge_and_the_better_one_are_below_the_call_and_add_up()
    {
        using CallHarness h = Judged();
        h["a"].OnOtherCalls.Answer("poor").Usage(3, 1);
        h["b"].OnOtherCalls.Answer("better").Usage(5, 3);
        h["c"].OnOtherCalls.Answer("no").Usage(9, 1);

        ChatResponse response = await h.Client.ChatAsync("cheap", "Hello");

        SpanData call = h.Traces.Single("chat cheap");
        Assert.Equal(ObservationType.Span, call.Type);
        Assert.Null(call.Cost);
        SpanData rejected = h.Traces.ShouldHaveChild(call, "attempt 1", ObservationType.Generation);
        Assert.Equal((ObservationLevel.Warning, "the judge 'judge' said no"), (rejected.Level, rejected.StatusMessage));
        h.Traces.ShouldHaveChild(call, "chat judge", ObservationType.Generation);
        h.Traces.ShouldHaveChild(call, "attempt 2", ObservationType.Generation);
        Assert.Equal(response.GetRoute()!.Cost.Total, h.Traces.Spans.Sum(span => span.Cost ?? 0));
        Assert.Contains("better", call.GetOutputJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_attempt_arrives_at_Langfuse_with_its_number_deployment_kind_status_and_wait_and_the_call_with_why()
    {
        await using SinkHarness sink = await SinkHarness.StartAsync();
        using CallHarness h = new(
            llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1)).AddSink(sink.Sink),
            "a",
            "b");
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, "busy", statusCode: 503);

        await h.Client.ChatAsync("fast", "Hello");
        await sink.FlushAsync();

        Dictionary<string, DecodedSpan> spans = sink.Receiver.Spans.ToDictionary(span => span.Name);
        const string Metadata = "langfuse.observation.metadata.";
        Assert.Equal(
            ("1", "a/m", "Overloaded", "503", "0", "WARNING", "busy"),
            (Of("attempt 1", "attempt"), Of("attempt 1", "deployment"), Of("attempt 1", "error_kind"), Of("attempt 1", "status"), Of("attempt 1", "wait_ms"), spans["attempt 1"].Text("langfuse.observation.level"), spans["attempt 1"].Text("langfuse.observation.status_message")));
        Assert.Equal(("2", "b/m", null, "DEFAULT"), (Of("attempt 2", "attempt"), Of("attempt 2", "deployment"), Of("attempt 2", "error_kind"), spans["attempt 2"].Text("langfuse.observation.level")));
        JsonElement route = JsonSerializer.Deserialize<JsonElement>(Of("chat fast", "route")!);
        Assert.Equal("after Overloaded at a/m: picked by Weighted", route.GetProperty("reason").GetString());
        Assert.Equal(["busy", null], route.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.TryGetProperty("message", out JsonElement message) ? message.GetString() : null));
        Assert.Null(Of("attempt 2", "route"));

        string? Of(string span, string key) => spans[span].Text(Metadata + key);
    }

    [Fact]
    public async Task A_ranking_says_how_many_were_asked_for_and_how_many_came_back()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("ranker", g => g.AddDeployment("a/m")), "a");
        h["a"].OnCall(1).Rerank(0.9, 0.1);

        await h.Client.RerankAsync("ranker", "query", ["one", "two", "three"], new RerankOptions { TopN = 2 });

        SpanData span = Assert.Single(h.Traces.Spans);
        Assert.Equal(ObservationType.Retriever, span.Type);
        Assert.Equal([new("top_k", "2"), new("document_count", "2")], span.Metadata);
    }

    [Fact]
    public async Task A_shared_answer_is_a_span_that_costs_nothing_and_names_the_generation_that_paid()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Price = Price).Configure(o => o.SingleFlight = true)), "a");
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(1)).Answer("ok").Usage(3, 1);

        Task<ChatResponse> first = h.Client.ChatAsync("fast", "Hello");
        await h["a"].WaitForCallAsync(1);
        Task<ChatResponse> second = h.Client.ChatAsync("fast", "Hello");
        ChatResponse[] answers = await h.RunAsync(Task.WhenAll(first, second), TimeSpan.FromSeconds(1));

        SpanData paid = Assert.Single(h.Traces.Spans, span => span.Type == ObservationType.Generation);
        SpanData shared = Assert.Single(h.Traces.Spans, span => span.Type == ObservationType.Span);
        Assert.Equal(new KeyValuePair<string, string>("shared", paid.SpanId.ToString()), Assert.Single(shared.Metadata));
        Assert.Null(shared.Usage);
        Assert.Null(shared.Cost);
        Assert.Equal("shares the answer of an identical call", shared.Route!.Reason);
        Assert.Equal(paid.GetOutputJson(), shared.GetOutputJson());
        Assert.Equal(4m, answers.Sum(answer => answer.GetRoute()!.Cost.Total));
    }
}
