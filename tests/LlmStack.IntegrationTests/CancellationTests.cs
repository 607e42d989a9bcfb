using LlmStack.IntegrationTests.Support;
using Microsoft.Extensions.AI;
using QuickStart;

namespace LlmStack.IntegrationTests;

public sealed class CancellationTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _cancellation = new();
    private OpenAITestServer _server = null!;
    private TraceReceiver _receiver = null!;
    private TestStack _stack = null!;

    public async Task InitializeAsync()
    {
        _server = await OpenAITestServer.StartAsync();
        _receiver = await TraceReceiver.StartAsync();
        _stack = TestStack.Over([_server], _receiver);
    }

    public async Task DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _receiver.DisposeAsync();
        await _server.DisposeAsync();
        _cancellation.Dispose();
    }

    [Fact]
    public async Task A_cancelled_call_ends_with_the_callers_token_and_closes_the_connection()
    {
        _server.Otherwise(exchange => exchange.StallAsync());

        Task<ChatResponse> call = _stack.Client.ChatAsync("fast", TestStack.Say("Hi"), cancellationToken: _cancellation.Token);
        TestExchange request = await _server.RequestAsync(1);
        await _cancellation.CancelAsync();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience));
        Assert.Equal(_cancellation.Token, exception.CancellationToken);
        await request.Aborted;
        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    public async Task A_stream_cancelled_in_the_middle_ends_with_the_callers_token_and_closes_the_connection()
    {
        _server.Otherwise(async exchange =>
        {
            await exchange.BeginStreamAsync();
            await exchange.SendAsync("first");
            await exchange.StallAsync();
        });

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate update in _stack.Client.ChatStreamingAsync("fast", TestStack.Say("Hi"), cancellationToken: _cancellation.Token))
            {
                if (update.Text.Length > 0)
                {
                    await _cancellation.CancelAsync();
                }
            }
        });

        Assert.Equal(_cancellation.Token, exception.CancellationToken);
        await (await _server.RequestAsync(1)).Aborted;
    }

    [Fact]
    public async Task Cancelling_the_wait_for_a_retry_ends_it_at_once()
    {
        _server.Otherwise(exchange => exchange.ErrorAsync(429, "rate_limit_exceeded", retryAfter: "45"));

        Task<ChatResponse> call = _stack.Client.ChatAsync("fast", TestStack.Say("Hi"), cancellationToken: _cancellation.Token);
        await _server.RequestAsync(1);
        await _cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience));
        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    public async Task A_token_cancelled_beforehand_lets_nothing_leave()
    {
        await _cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _stack.Client.ChatAsync("fast", TestStack.Say("Hi"), cancellationToken: _cancellation.Token).WaitAsync(Patience));

        Assert.Equal(0, _server.Requests);
    }

    [Fact]
    public async Task A_cancelled_call_is_traced_and_is_no_error()
    {
        _server.Otherwise(exchange => exchange.StallAsync());

        Task<ChatResponse> call = _stack.Client.ChatAsync("fast", TestStack.Say("Hi"), cancellationToken: _cancellation.Token);
        await _server.RequestAsync(1);
        await _cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience));
        await _stack.Tracer.FlushAsync(Patience);

        ReceivedSpan span = Assert.Single(_receiver.Spans);
        Assert.NotEqual("ERROR", span.Text("langfuse.observation.level"));
    }
}
