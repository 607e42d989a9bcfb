using LlmStack.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

/// <summary>Calls that the caller gives up before the provider was asked for anything: nobody can bill them.</summary>
public sealed class UnsentCallTests
{
    private static readonly ModelPrice Price = new() { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 };

    [Theory]
    [InlineData(true, "scripted")]
    [InlineData(true, "own")]
    [InlineData(false, "scripted")]
    [InlineData(false, "own")]
    public async Task A_call_cancelled_before_the_provider_has_it_costs_nothing(bool stream, string provider)
    {
        using var cancel = new CancellationTokenSource();
        var own = new OddProvider
        {
            Chat = static (_, _) => throw new InvalidOperationException("The provider must not be asked."),
            Stream = static _ => throw new InvalidOperationException("The provider must not be asked."),
        };
        using CallHarness h = Harness(own, new CancellingFilter(cancel));

        CallRoute route = await CancelAsync(h, provider, stream, cancel);

        AssertUnsent(h, route);
        Assert.Empty(h["scripted"].Calls);
    }

    [Fact]
    public async Task A_stream_cancelled_in_the_moment_it_opens_costs_nothing()
    {
        using var cancel = new CancellationTokenSource();
        bool asked = false;
        var own = new OddProvider
        {
            Stream = token =>
            {
                cancel.Cancel();
                return Updates(token);
            },
        };
        using CallHarness h = Harness(own, filter: null);

        CallRoute route = await CancelAsync(h, "own", stream: true, cancel);

        AssertUnsent(h, route);
        Assert.False(asked);

        async IAsyncEnumerable<ChatResponseUpdate> Updates([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            asked = true;
            await Task.CompletedTask;
            token.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "x");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_cancelled_inside_code_that_does_not_say_may_have_been_billed(bool stream)
    {
        using var cancel = new CancellationTokenSource();
        var own = new OddProvider
        {
            Chat = (_, token) =>
            {
                cancel.Cancel();
                return ValueTask.FromCanceled<ChatResponse>(token);
            },
            Stream = _ => Updates(cancel),
        };
        using CallHarness h = Harness(own, filter: null);

        RouteAttempt attempt = Assert.Single((await CancelAsync(h, "own", stream, cancel)).Attempts);

        Assert.Equal((LlmErrorKind.Cancelled, true, true), (attempt.Error, attempt.MayHaveBeenBilled, attempt.IsUsageEstimated));
        Assert.True(attempt.Cost!.Total > 0);

        static async IAsyncEnumerable<ChatResponseUpdate> Updates(CancellationTokenSource cancel)
        {
            await cancel.CancelAsync();
            cancel.Token.ThrowIfCancellationRequested();
            yield break;
        }
    }

    private static void AssertUnsent(CallHarness h, CallRoute route)
    {
        RouteAttempt attempt = Assert.Single(route.Attempts);
        Assert.Equal((LlmErrorKind.Cancelled, false, false), (attempt.Error, attempt.MayHaveBeenBilled, attempt.IsUsageEstimated));
        Assert.Null(attempt.Cost);
        h.AssertNothingLeaks();
    }

    private static async Task<CallRoute> CancelAsync(CallHarness h, string provider, bool stream, CancellationTokenSource cancel)
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream
            ? h.StreamAsync(provider, cancel.Token)
            : h.Client.ChatAsync(provider, "Hello", cancellationToken: cancel.Token));
        return h.Router.GetRecentCalls()[0];
    }

    private static CallHarness Harness(OddProvider own, IRoutingFilter? filter) => new(
        llm =>
        {
            llm.AddProvider("own-code", p => p.UseProvider(_ => own))
                .AddModelGroup("own", g => g.AddDeployment("own-code/m", static d => d.Price = Price))
                .AddModelGroup("scripted", g => g.AddDeployment("scripted/m", static d => d.Price = Price));
            if (filter is not null)
            {
                llm.Services.AddSingleton(filter);
            }
        },
        "scripted");

    private sealed class CancellingFilter(CancellationTokenSource cancel) : IRoutingFilter
    {
        public string Name => "cancelling";

        public FilterScope Scope => FilterScope.Dynamic;

        public FilterVerdict Check(in RouteRequest request, Member member)
        {
            cancel.Cancel();
            return FilterVerdict.Keep;
        }
    }
}
