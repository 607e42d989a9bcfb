using System.Net;
using System.Net.Sockets;
using LlmStack.IntegrationTests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using QuickStart;

namespace LlmStack.IntegrationTests;

/// <summary>An unreachable or refusing trace endpoint never disturbs a call, and is said once.</summary>
public sealed class DeadTraceEndpointTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private OpenAITestServer _server = null!;

    public async Task InitializeAsync() => _server = await OpenAITestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task An_unreachable_endpoint_leaves_calls_alone_and_is_said_once()
    {
        string address = $"http://127.0.0.1:{FreePort()}";
        await using TestStack stack = Stack(langfuse =>
        {
            langfuse.BaseUrl = address;
            langfuse.RequestTimeout = TimeSpan.FromMilliseconds(200);
        });

        await CallAsync(stack);
        FlushResult first = await stack.Tracer.FlushAsync(TimeSpan.FromSeconds(3));
        await CallAsync(stack);
        FlushResult second = await stack.Tracer.FlushAsync(TimeSpan.FromSeconds(3));

        Assert.False(first.IsComplete);
        Assert.Equal(0, second.Delivered);
        Assert.NotNull(second.Error);
        FakeLogRecord said = Assert.Single(Complaints(stack));
        Assert.Contains(address, said.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(TraceReceiver.SecretKey, said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_key_leaves_calls_alone_and_is_said_once_with_the_reason()
    {
        await using TraceReceiver receiver = await TraceReceiver.StartAsync();
        await using TestStack stack = Stack(langfuse =>
        {
            langfuse.BaseUrl = receiver.Address;
            langfuse.SecretKey = "sk-lf-wrong";
        });

        await CallAsync(stack);
        FlushResult first = await stack.Tracer.FlushAsync(TimeSpan.FromSeconds(5));
        await CallAsync(stack);
        await stack.Tracer.FlushAsync(TimeSpan.FromSeconds(1));

        Assert.False(first.IsComplete);
        Assert.Contains(receiver.Address, first.Error, StringComparison.Ordinal);
        FakeLogRecord said = Assert.Single(Complaints(stack));
        Assert.Contains("401", said.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-lf-wrong", said.Message, StringComparison.Ordinal);
        Assert.Empty(receiver.Spans);
    }

    [Fact]
    public async Task An_endpoint_that_comes_back_gets_what_was_waiting()
    {
        await using TraceReceiver receiver = await TraceReceiver.StartAsync();
        receiver.RefuseWith = (int)HttpStatusCode.ServiceUnavailable;
        await using TestStack stack = Stack(langfuse => langfuse.BaseUrl = receiver.Address);

        await CallAsync(stack);
        FlushResult refused = await stack.Tracer.FlushAsync(TimeSpan.FromMilliseconds(500));
        receiver.RefuseWith = null;
        FlushResult accepted = await stack.Tracer.FlushAsync(Patience);

        Assert.False(refused.IsComplete);
        Assert.True(accepted.IsComplete, accepted.Error);
        Assert.Single(receiver.Spans);
    }

    [Fact]
    public async Task Disposing_does_not_wait_longer_than_the_shutdown_timeout()
    {
        TestStack stack = Stack(langfuse =>
        {
            langfuse.BaseUrl = $"http://127.0.0.1:{FreePort()}";
            langfuse.ShutdownTimeout = TimeSpan.FromMilliseconds(300);
        });
        await CallAsync(stack);

        await stack.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    private static IEnumerable<FakeLogRecord> Complaints(TestStack stack) => stack.Logs.GetSnapshot().Where(record => record.Level >= LogLevel.Warning);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task CallAsync(TestStack stack)
    {
        ChatResponse answer = await stack.Client.ChatAsync("fast", TestStack.Say("Hi")).WaitAsync(Patience);
        Assert.Equal("ok", answer.Text);
    }

    private TestStack Stack(Action<LangfuseOptions> configure) => TestStack.Create(llm => llm
        .AddOpenAICompatible("s1", _server.Address)
        .AddModelGroup("fast", group => group.AddDeployment("s1/m"))
        .AddLangfuse(langfuse =>
        {
            langfuse.PublicKey = TraceReceiver.PublicKey;
            langfuse.SecretKey = TraceReceiver.SecretKey;
            langfuse.ShutdownTimeout = TimeSpan.FromSeconds(1);
            configure(langfuse);
        }));
}
