using System.Net.Sockets;
using LlmStack.Routing;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

/// <summary>Where the time of an attempt goes before its request is sent, over real sockets in virtual time.</summary>
public sealed class AttemptTimingTests
{
    private const string Answer = """{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";
    private const string Chunk = """data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}""" + "\n\n";

    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Fetching = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetching_a_secret_and_connecting_are_told_apart_from_the_provider(bool stream)
    {
        await using var server = new RawHttpServer(_ => stream ? RawReply.Stream(Chunk, "data: [DONE]\n\n") : RawReply.Body(200, Answer));
        CallHarness h = null!;
        using (h = Slow(server.Address, () => h))
        {
            CallRoute route = await RouteAsync(h, stream);

            Assert.Equal((Fetching, Connecting), (route.Timing.Credential, route.Timing.Connect));
            Assert.Equal((Fetching + Connecting, TimeSpan.Zero), (route.Timing.Provider, route.Timing.Overhead));
            RouteAttempt attempt = Assert.Single(route.Attempts);
            Assert.Equal((Fetching, Connecting, Fetching + Connecting), (attempt.Credential, attempt.Connect, attempt.Duration));
        }
    }

    [Fact]
    public async Task An_open_connection_and_a_secret_at_hand_take_no_time()
    {
        await using var server = new RawHttpServer(_ => RawReply.Body(200, Answer) with { End = RawEnd.KeepOpen });
        int connections = 0;
        using var h = new CallHarness(llm => llm
            .AddOpenAICompatible("p", server.Address.ToString())
            .AddProvider("p", p => p.ConfigureHttpClient(http => http.UseSocketsHttpHandler((handler, _) => handler.ConnectCallback = (context, token) =>
            {
                connections++;
                return ConnectAsync(context, token);
            }))));
        await h.Client.ChatAsync("p/m", "Hello");
        CallRoute route = (await h.Client.ChatAsync("p/m", "Hello")).GetRoute()!;

        Assert.Equal(1, connections);
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (route.Timing.Credential, route.Timing.Connect));
    }

    [Fact]
    public async Task Of_several_attempts_each_has_its_own_times_and_the_call_their_sum()
    {
        await using var server = new RawHttpServer(request => request == 0 ? RawReply.Body(500, "{}") : RawReply.Body(200, Answer));
        CallHarness h = null!;
        using (h = Slow(server.Address, () => h, second: true))
        {
            ChatResponse response = await h.Client.ChatAsync("both", "Hello");
            CallRoute route = response.GetRoute()!;

            Assert.Equal([Connecting, Connecting], route.Attempts.Select(a => a.Connect));
            Assert.Equal([Fetching, Fetching], route.Attempts.Select(a => a.Credential));
            Assert.Equal((2 * Fetching, 2 * Connecting), (route.Timing.Credential, route.Timing.Connect));
        }
    }

    [Fact]
    public async Task A_secret_that_cannot_be_had_and_a_host_that_refuses_have_taken_their_time_too()
    {
        CallHarness h = null!;
        using (h = new CallHarness(llm => llm
            .AddOpenAICompatible("locked", "http://locked.invalid/v1")
            .AddProvider("locked", p => p.UseCredential(async _ =>
            {
                await Task.Yield();
                h.Time.Advance(Fetching);
                throw new InvalidOperationException("no vault");
            }))
            .AddOpenAICompatible("shut", "http://shut.invalid/v1")
            .AddProvider("shut", p => p.ConfigureHttpClient(http => http.UseSocketsHttpHandler((handler, _) => handler.ConnectCallback = (_, _) =>
            {
                h.Time.Advance(Connecting);
                throw new SocketException((int)SocketError.ConnectionRefused);
            })))
            .AddModelGroup("both", g => g.AddDeployment("locked/m").AddDeployment("shut/m", d => d.Order = 1))))
        {
            LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("both", "Hello", ((ChatOptions?)null).WithRouting(new RoutingOptions { MaxAttempts = 2 })));

            RouteAttempt[] attempts = [.. error.Route!.Attempts];
            Assert.Equal([LlmErrorKind.Authentication, LlmErrorKind.Network], attempts.Select(a => a.Error!.Value));
            Assert.Equal([Fetching, TimeSpan.Zero], attempts.Select(a => a.Credential));
            Assert.Equal([TimeSpan.Zero, Connecting], attempts.Select(a => a.Connect));
        }
    }

    private static CallHarness Slow(Uri address, Func<CallHarness> harness, bool second = false) => new(llm =>
    {
        foreach (string name in (string[])(second ? ["one", "two"] : ["one"]))
        {
            llm.AddOpenAICompatible(name, address.ToString()).AddProvider(name, p => p
                .UseCredential(async _ =>
                {
                    await Task.Yield();
                    harness().Time.Advance(Fetching);
                    return "secret";
                })
                .ConfigureHttpClient(http => http.UseSocketsHttpHandler((handler, _) => handler.ConnectCallback = (context, token) =>
                {
                    harness().Time.Advance(Connecting);
                    return ConnectAsync(context, token);
                })));
        }

        llm.AddModelGroup("both", g =>
        {
            g.AddDeployment("one/m");
            if (second)
            {
                g.AddDeployment("two/m", d => d.Order = 1);
            }
        });
    });

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<CallRoute> RouteAsync(CallHarness h, bool stream)
    {
        if (!stream)
        {
            return (await h.Client.ChatAsync("both", "Hello")).GetRoute()!;
        }

        return (await h.StreamAsync("both")).Last(u => u.GetRoute() is not null).GetRoute()!;
    }
}
