using LlmStack.DependencyInjection;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tests.Calls;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.DependencyInjection;

public sealed class RehearsalTests
{
    [Fact]
    public async Task Warming_up_rehearses_a_call_that_nothing_records()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m")), "a");
        h["a"].OnOtherCalls.Answer("hi");

        await h.Client.WarmUpAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Empty(h["a"].Calls);
        Assert.Empty(h.Router.GetRecentCalls());
        Assert.Empty(h.Traces.Spans);

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello");
        Assert.Equal("a/m", Assert.Single(h.Router.GetRecentCalls()).Deployment);
        Assert.Equal("hi", response.Text);
    }

    [Fact]
    public async Task A_rehearsal_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Rehearsal.RunAsync(source.Token));
    }
}
