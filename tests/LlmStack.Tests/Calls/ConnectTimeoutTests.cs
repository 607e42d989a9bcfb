using System.Net;
using System.Net.Sockets;
using LlmStack.Routing;
using LlmStack.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmStack.Tests.Calls;

/// <summary>Hosts that never take a connection, over real sockets in virtual time.</summary>
public sealed class ConnectTimeoutTests
{
    private const string Answer = """{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_that_never_connects_fails_at_its_limit_and_another_deployment_answers(bool stream)
    {
        await using var up = new RawHttpServer(stream
            ? RawReply.Stream("""data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}""" + "\n\n", "data: [DONE]\n\n")
            : RawReply.Body(200, Answer));
        using var silent = new SilentHost();
        using CallHarness h = Harness(silent, llm => llm
            .AddOpenAICompatible("up", up.Address.ToString())
            .AddModelGroup("fast", g => g.AddDeployment("hang/m", d => d.RequestsPerMinute = 100).AddDeployment("up/m", d => d.Order = 1)));

        Task<CallRoute> call = RouteAsync(h, stream, null);
        await silent.Asked.WaitAsync(TimeSpan.FromSeconds(30));
        h.Time.Advance(TimeSpan.FromSeconds(10));
        CallRoute route = await call.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(["hang/m", "up/m"], route.Attempts.Select(a => a.Deployment));
        RouteAttempt lost = route.Attempts[0];
        Assert.Equal(LlmErrorKind.Timeout, lost.Error);
        Assert.Equal("'hang/m' could not be connected to within 10 s (ConnectTimeout).", lost.Message);
        Assert.Equal(TimeSpan.FromSeconds(10), lost.Duration);
        Assert.False(lost.MayHaveBeenBilled);
        Assert.Null(lost.Usage);

        // What was never sent is not counted as sent.
        Assert.Equal(0, h.Get<SnapshotSource>().Current.Deployments["hang/m"].Limits.RequestsAt(h.Time.GetTimestamp()));
        h.AssertNothingLeaks();
    }

    [Theory]
    [InlineData(10, null, null, null, null, null)]
    [InlineData(8, 8, null, null, null, null)]
    [InlineData(7, 8, 7, null, null, null)]
    [InlineData(6, 8, 7, 6, null, null)]
    [InlineData(5, 8, 7, 6, 5, null)]
    [InlineData(60, 8, 7, 6, 5, 60)]
    public async Task The_limit_of_the_narrowest_place_holds(int seconds, int? defaults, int? group, int? provider, int? deployment, int? own)
    {
        using var silent = new SilentHost();
        using CallHarness h = Harness(silent, llm => llm
            .AddModelGroup("fast", g => g.AddDeployment("hang/m", d => d.Policy = Policy(deployment)).Configure(o => o.Policy = Policy(group)))
            .Configure(o =>
            {
                o.Defaults.ConnectTimeout = Seconds(defaults);
                o.Providers["hang"].Policy = Policy(provider);
            }));
        var wishes = new RoutingOptions { MaxAttempts = 1, ConnectTimeout = Seconds(own) };

        Task<LlmException> call = CallHarness.FailsAsync(() => RouteAsync(h, stream: false, wishes));
        await silent.Asked.WaitAsync(TimeSpan.FromSeconds(30));
        h.Time.Advance(TimeSpan.FromSeconds(seconds));
        LlmException error = await call.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal($"'hang/m' could not be connected to within {seconds} s (ConnectTimeout).", error.Message);
        Assert.Equal((LlmErrorKind.Timeout, LlmErrorScope.Deployment, TimeSpan.FromSeconds(seconds)), (error.Kind, error.Scope, error.Route!.Timing.Total));
        RouteExplanation plan = await h.Router.ExplainAsync("fast", [new ChatMessage(ChatRole.User, "Hello")], ((ChatOptions?)null).WithRouting(wishes));
        Assert.Equal($"{seconds} s", plan.Settings["ConnectTimeout"]);
    }

    [Fact]
    public async Task Once_there_is_a_connection_the_limit_is_over()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using WebApplication server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapPost("/v1/chat/completions", async () =>
        {
            arrived.SetResult();
            await release.Task;
            return Results.Text(Answer, "application/json");
        });
        await server.StartAsync().WaitAsync(TimeSpan.FromSeconds(30));
        using var h = new CallHarness(llm => llm.AddOpenAICompatible("slow", server.Urls.First() + "/v1"));

        Task<ChatResponse> call = h.Client.ChatAsync("slow/m", "Hello");
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        h.Time.Advance(TimeSpan.FromSeconds(100));
        release.SetResult();

        ChatResponse response = await call.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("ok", response.Text);
        Assert.Single(response.GetRoute()!.Attempts);
    }

    [Fact]
    public async Task Fetching_a_token_is_no_part_of_connecting()
    {
        await using var up = new RawHttpServer(RawReply.Body(200, Answer));
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var h = new CallHarness(llm => llm.AddOpenAICompatible("p", up.Address.ToString()).AddProvider("p", p => p.UseCredential(async _ =>
        {
            asked.SetResult();
            return await token.Task;
        })));

        Task<ChatResponse> call = h.Client.ChatAsync("p/m", "Hello");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        h.Time.Advance(TimeSpan.FromSeconds(100));
        token.SetResult("late");

        Assert.Equal("ok", (await call.WaitAsync(TimeSpan.FromSeconds(30))).Text);
    }

    private static CallHarness Harness(SilentHost silent, Action<ILlmStackBuilder> configure) => new(llm =>
    {
        llm.AddOpenAICompatible("hang", "http://hang.invalid/v1")
            .AddProvider("hang", p => p.ConfigureHttpClient(http => http.UseSocketsHttpHandler((handler, _) => handler.ConnectCallback = silent.ConnectAsync)));
        configure(llm);
    });

    private static async Task<CallRoute> RouteAsync(CallHarness h, bool stream, RoutingOptions? wishes)
    {
        ChatOptions? options = wishes is null ? null : ((ChatOptions?)null).WithRouting(wishes);
        if (!stream)
        {
            return (await h.Client.ChatAsync("fast", "Hello", options)).GetRoute()!;
        }

        CallRoute? route = null;
        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello", options))
        {
            route = update.GetRoute() ?? route;
        }

        return route!;
    }

    private static CallPolicyOptions? Policy(int? connect) => connect is null ? null : new CallPolicyOptions { ConnectTimeout = Seconds(connect) };

    private static TimeSpan? Seconds(int? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;

    /// <summary>A port whose queue of connections is full: the kernel drops what comes, as a host behind a firewall does.</summary>
    private sealed class SilentHost : IDisposable
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _waiting = [];

        public SilentHost()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(1);
            for (int i = 0; i < 8; i++)
            {
                var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _waiting.Add(client);
                try
                {
                    client.Connect(_listener.LocalEndPoint!);
                }
                catch (SocketException)
                {
                    // Under way: it takes a place in the queue, or waits for one.
                }
            }
        }

        /// <summary>Completes when somebody tries to connect.</summary>
        public Task Asked => _asked.Task;

        public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                ValueTask connecting = socket.ConnectAsync(_listener.LocalEndPoint!, cancellationToken);
                _asked.TrySetResult();
                await connecting;
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            _listener.Dispose();
            foreach (Socket socket in _waiting)
            {
                socket.Dispose();
            }
        }
    }
}
