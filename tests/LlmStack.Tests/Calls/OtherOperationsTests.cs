using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class OtherOperationsTests
{
    private static CallHarness Pair() => new(
        llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1)),
        "a",
        "b");

    [Fact]
    public async Task A_completion_falls_back_and_carries_its_route()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        h["b"].OnCall(1).Answer("world").Usage(1, 1);

        TextCompletion completion = await h.Client.CompleteAsync("fast", "Hello");

        Assert.Equal("world", completion.Text);
        Assert.Equal(["a/m", "b/m"], completion.GetRoute()!.Attempts.Select(a => a.Deployment));
        Assert.Equal("Hello", Assert.Single(h["b"].Calls[0].Inputs));
        h.Traces.ShouldHaveChild("text_completion fast", "attempt 2", ObservationType.Generation);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_streamed_completion_falls_back_before_content_and_ends_with_its_route()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("x").CutAfter(0);
        h["b"].OnCall(1).Stream("wor", "ld").Usage(1, 2);

        List<TextCompletionUpdate> updates = await CollectAsync(h);

        Assert.Equal("world", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal("b/m", updates[0].GetRoute()!.Deployment);
        Assert.Equal(2, updates[^1].GetRoute()!.Attempts.Count);
        Assert.Equal(2, updates[^1].Usage!.OutputTokenCount);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_streamed_completion_lost_after_content_is_interrupted_with_its_text()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("wor", "ld").CutAfter(1);

        LlmException error = await CallHarness.FailsAsync(() => CollectAsync(h));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.Equal("wor", error.PartialText);
        Assert.Empty(h["b"].Calls);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Rerank_falls_back_and_carries_its_route()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        h["b"].OnCall(1).Rerank(0.1, 0.9, 0.5);

        RerankResponse response = await h.Client.RerankAsync("fast", "q", ["x", "y", "z"], new RerankOptions { TopN = 2 });

        Assert.Equal([1, 2], response.Results.Select(r => r.Index));
        Assert.Equal("b/m", response.GetRoute()!.Deployment);
        h.Traces.ShouldHaveChild("rerank fast", "attempt 2", ObservationType.Retriever);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_deployment_that_lacks_the_operation_is_not_asked()
    {
        using CallHarness h = new(
            llm => llm
                .AddProvider("chat", p => p.UseProvider(_ => new OddProvider()))
                .AddModelGroup("fast", g => g.AddDeployment("chat/m").AddDeployment("b/m", d => d.Order = 1))
                .AddModelGroup("chats", g => g.AddDeployment("chat/m")),
            "b");

        RerankResponse response = await h.Client.RerankAsync("fast", "q", ["x"]);
        LlmException error = await CallHarness.FailsAsync(() => h.Client.RerankAsync("chats", "q", ["x"]));

        Assert.Equal("b/m", Assert.Single(response.GetRoute()!.Attempts).Deployment);
        Assert.Equal(LlmErrorKind.NoCandidate, error.Kind);
        Assert.Contains("Rerank", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_arguments_are_refused_before_any_call()
    {
        using CallHarness h = Pair();

        Assert.Contains("prompt", (await CallHarness.FailsAsync(() => h.Client.CompleteAsync("fast", ""))).Message, StringComparison.Ordinal);
        Assert.Contains("query", (await CallHarness.FailsAsync(() => h.Client.RerankAsync("fast", "", ["x"]))).Message, StringComparison.Ordinal);
        Assert.Contains("documents", (await CallHarness.FailsAsync(() => h.Client.RerankAsync("fast", "q", []))).Message, StringComparison.Ordinal);
        Assert.Contains("TopN is 0", (await CallHarness.FailsAsync(() => h.Client.RerankAsync("fast", "q", ["x"], new RerankOptions { TopN = 0 }))).Message, StringComparison.Ordinal);
        Assert.Contains("MaxOutputTokens is 0", (await CallHarness.FailsAsync(() => h.Client.CompleteAsync("fast", "x", new TextCompletionOptions { MaxOutputTokens = 0 }))).Message, StringComparison.Ordinal);
        Assert.Empty(h["a"].Calls);
    }

    private static async Task<List<TextCompletionUpdate>> CollectAsync(CallHarness h)
    {
        var updates = new List<TextCompletionUpdate>();
        await foreach (TextCompletionUpdate update in h.Client.CompleteStreamingAsync("fast", "Hello"))
        {
            updates.Add(update);
        }

        return updates;
    }
}
