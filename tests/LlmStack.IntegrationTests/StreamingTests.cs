using LlmStack.IntegrationTests.Support;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.IntegrationTests;

public sealed class StreamingTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private OpenAITestServer _first = null!;
    private OpenAITestServer _second = null!;

    public async Task InitializeAsync()
    {
        _first = await OpenAITestServer.StartAsync();
        _second = await OpenAITestServer.StartAsync();
        _second.Otherwise(exchange => exchange.ChatAsync("from ", "the second"));
    }

    public async Task DisposeAsync()
    {
        await _second.DisposeAsync();
        await _first.DisposeAsync();
    }

    [Fact]
    public async Task The_consumer_sees_the_first_token_before_the_server_has_sent_the_last()
    {
        var firstSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _first.Otherwise(async exchange =>
        {
            await exchange.BeginStreamAsync();
            await exchange.SendAsync("first");
            await firstSeen.Task.WaitAsync(Patience);
            await exchange.SendAsync(" last");
            await exchange.FinishStreamAsync(2);
        });
        await using TestStack stack = TestStack.Over([_first]);
        var texts = new List<string>();

        await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("fast", TestStack.Say("Hi")).WithCancellation(Deadline()))
        {
            if (update.Text.Length > 0)
            {
                texts.Add(update.Text);
                firstSeen.TrySetResult();
            }
        }

        Assert.Equal(["first", " last"], texts);
    }

    [Fact]
    public async Task The_first_update_names_the_deployment_and_the_last_has_the_whole_route()
    {
        _first.Otherwise(exchange => exchange.ChatAsync("a", "b", "c"));
        await using TestStack stack = TestStack.Over([_first]);
        var updates = new List<ChatResponseUpdate>();

        await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("fast", TestStack.Say("Hi")).WithCancellation(Deadline()))
        {
            updates.Add(update);
        }

        Assert.Equal("s1/m", updates[0].GetRoute()?.Deployment);
        CallRoute? last = updates[^1].GetRoute();
        Assert.Equal(((10 * 1m) + (3 * 10m)) / 1_000_000m, last?.Cost.Total);
        Assert.Equal("abc", updates.ToChatResponse().Text);
        Assert.Equal(ChatFinishReason.Stop, updates.ToChatResponse().FinishReason);
    }

    [Fact]
    public async Task A_connection_lost_before_the_first_content_moves_on()
    {
        _first.Otherwise(async exchange =>
        {
            await exchange.BeginStreamAsync();
            await exchange.CutAsync();
        });
        await using TestStack stack = TestStack.Over([_first, _second]);

        (string text, CallRoute? route) = await ReadAsync(stack);

        Assert.Equal("from the second", text);
        Assert.Equal([LlmErrorKind.Network, null], route!.Attempts.Select(attempt => attempt.Error));
    }

    [Fact]
    public async Task A_connection_lost_after_the_first_content_fails_with_what_arrived()
    {
        // A reset may overtake bytes that the client has not read, so the server waits until it has.
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _first.Otherwise(async exchange =>
        {
            await exchange.BeginStreamAsync();
            await exchange.SendAsync("Hello");
            await seen.Task.WaitAsync(Patience);
            await exchange.CutAsync();
        });
        await using TestStack stack = TestStack.Over([_first, _second]);

        LlmException exception = await Assert.ThrowsAsync<LlmException>(() => ReadAsync(stack, seen));

        Assert.Equal((LlmErrorKind.StreamInterrupted, "Hello"), (exception.Kind, exception.PartialText));
        Assert.NotNull(exception.InnerException);
        Assert.Equal("s1/m", exception.Route!.Deployment);
        Assert.Equal(0, _second.Requests);
    }

    [Fact]
    public async Task A_stream_that_ends_without_its_terminal_event_is_an_error()
    {
        _first.Otherwise(async exchange =>
        {
            await exchange.BeginStreamAsync();
            await exchange.SendAsync("Hello");
        });
        await using TestStack stack = TestStack.Over([_first, _second]);

        LlmException exception = await Assert.ThrowsAsync<LlmException>(() => ReadAsync(stack));

        Assert.Equal((LlmErrorKind.StreamInterrupted, "Hello"), (exception.Kind, exception.PartialText));
    }

    [Fact]
    public async Task A_stall_before_the_first_content_times_out_and_moves_on()
    {
        _first.Otherwise(async exchange =>
        {
            await exchange.BeginStreamAsync();
            await exchange.StallAsync();
        });
        await using TestStack stack = TestStack.Over([_first, _second], policy: policy => policy.FirstTokenTimeout = TimeSpan.FromMilliseconds(300));

        (string text, CallRoute? route) = await ReadAsync(stack);

        Assert.Equal("from the second", text);
        Assert.Equal(LlmErrorKind.Timeout, route!.Attempts[0].Error);
        await (await _first.RequestAsync(1)).Aborted;
    }

    [Fact]
    public async Task A_stall_with_nobody_left_fails_as_timeout()
    {
        _first.Otherwise(exchange => exchange.StallAsync());
        await using TestStack stack = TestStack.Over([_first], policy: policy =>
        {
            policy.FirstTokenTimeout = TimeSpan.FromMilliseconds(300);
            policy.MaxRetries = 0;
        });

        LlmException exception = await Assert.ThrowsAsync<LlmException>(() => ReadAsync(stack));

        Assert.Equal(LlmErrorKind.Timeout, exception.Kind);
    }

    [Fact]
    public async Task A_stall_after_the_first_content_interrupts_with_the_timeout_inside()
    {
        _first.Otherwise(async exchange =>
        {
            await exchange.BeginStreamAsync();
            await exchange.SendAsync("Hel");
            await exchange.StallAsync();
        });
        await using TestStack stack = TestStack.Over([_first, _second], policy: policy => policy.IdleTimeout = TimeSpan.FromMilliseconds(300));

        LlmException exception = await Assert.ThrowsAsync<LlmException>(() => ReadAsync(stack));

        Assert.Equal((LlmErrorKind.StreamInterrupted, "Hel"), (exception.Kind, exception.PartialText));
        Assert.Equal(LlmErrorKind.Timeout, Assert.IsType<LlmException>(exception.InnerException).Kind);
        await (await _first.RequestAsync(1)).Aborted;
    }

    [Fact]
    public async Task Breaking_off_the_enumeration_closes_the_connection()
    {
        _first.Otherwise(async exchange =>
        {
            await exchange.BeginStreamAsync();
            await exchange.SendAsync("first");
            await exchange.StallAsync();
        });
        await using TestStack stack = TestStack.Over([_first]);

        await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("fast", TestStack.Say("Hi")).WithCancellation(Deadline()))
        {
            if (update.Text.Length > 0)
            {
                break;
            }
        }

        await (await _first.RequestAsync(1)).Aborted;
    }

    [Fact]
    public async Task Nothing_is_sent_before_the_enumeration_starts()
    {
        await using TestStack stack = TestStack.Over([_first]);

        IAsyncEnumerable<ChatResponseUpdate> stream = stack.Client.ChatStreamingAsync("fast", TestStack.Say("Hi"));
        await stack.Client.ChatAsync("fast", TestStack.Say("other")).WaitAsync(Patience);

        Assert.NotNull(stream);
        Assert.Equal(1, _first.Requests);
    }

    private static CancellationToken Deadline() => new CancellationTokenSource(Patience).Token;

    private static async Task<(string Text, CallRoute? Route)> ReadAsync(TestStack stack, TaskCompletionSource? firstText = null)
    {
        string text = "";
        CallRoute? route = null;
        await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("fast", TestStack.Say("Hi")).WithCancellation(Deadline()))
        {
            text += update.Text;
            route = update.GetRoute() ?? route;
            if (text.Length > 0)
            {
                firstText?.TrySetResult();
            }
        }

        return (text, route);
    }
}
