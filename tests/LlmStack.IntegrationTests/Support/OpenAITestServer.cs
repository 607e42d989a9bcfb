using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QuickStart;

namespace LlmStack.IntegrationTests.Support;

/// <summary>A real web server on loopback that speaks OpenAI's format as a test says, request by request.</summary>
internal sealed class OpenAITestServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, Func<TestExchange, Task>> _script = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<TestExchange>> _arrivals = new();
    private Func<TestExchange, Task> _otherwise = static exchange => exchange.ChatAsync("ok");
    private LoopbackServer? _server;
    private int _requests;

    private OpenAITestServer()
    {
    }

    /// <summary>The base address, as a provider's is configured.</summary>
    public string Address => _server!.Address + "/v1";

    public int Port => _server!.Port;

    /// <summary>How many requests have arrived.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public static async Task<OpenAITestServer> StartAsync()
    {
        var server = new OpenAITestServer();
        server._server = await LoopbackServer.StartAsync(server.HandleAsync);
        return server;
    }

    /// <summary>Says what happens on one request, counted from 1.</summary>
    public OpenAITestServer OnRequest(int number, Func<TestExchange, Task> reply)
    {
        _script[number] = reply;
        return this;
    }

    /// <summary>Says what happens on requests that <see cref="OnRequest"/> does not name.</summary>
    public OpenAITestServer Otherwise(Func<TestExchange, Task> reply)
    {
        _otherwise = reply;
        return this;
    }

    /// <summary>Completes when the request has arrived and its body was read.</summary>
    public Task<TestExchange> RequestAsync(int number) => Arrival(number).Task.WaitAsync(TimeSpan.FromSeconds(30));

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        int number = Interlocked.Increment(ref _requests);
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var exchange = new TestExchange(context, body.RootElement.Clone());
        Arrival(number).TrySetResult(exchange);
        try
        {
            await (_script.TryGetValue(number, out Func<TestExchange, Task>? reply) ? reply : _otherwise)(exchange);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client closed the connection, which is what many a test is about.
        }
    }

    private TaskCompletionSource<TestExchange> Arrival(int number) =>
        _arrivals.GetOrAdd(number, static _ => new TaskCompletionSource<TestExchange>(TaskCreationOptions.RunContinuationsAsynchronously));
}
