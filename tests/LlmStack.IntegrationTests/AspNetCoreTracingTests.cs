using System.Diagnostics;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace LlmStack.IntegrationTests;

/// <summary>A web application behind a real Kestrel: useful traces without a line of tracing code, and business steps with one.</summary>
public sealed class AspNetCoreTracingTests : IAsyncLifetime
{
    private const string Upstream = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private readonly RecordingTraceSink _traces = new();
    private readonly ScriptedProvider _provider = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddLlmStack(llm => llm
            .AddScriptedProvider("fake", _provider)
            .AddModelGroup("fast", g => g.AddDeployment("fake/m"))
            .AddSink(_traces)
            .Configure(o =>
            {
                o.Tracing.Baggage.Add("UserId");
                o.Tracing.Baggage.Add("Feature");
            }));
        builder.Services.AddHttpClient("self").AddTracePropagation();
        _app = builder.Build();

        // The documented hook: who calls is what the application knows of the request.
        _app.Use(async (http, next) =>
        {
            if (http.Request.Headers["x-user"].ToString() is not { Length: > 0 } user)
            {
                await next(http);
                return;
            }

            string? name = http.GetEndpoint() is RouteEndpoint endpoint ? $"{http.Request.Method} {endpoint.RoutePattern.RawText}" : null;
            using (LlmContext.Push(LlmContext.Current with { UserId = user, SessionId = http.Request.Headers["x-session"], Route = name, TraceName = name }))
            {
                await next(http);
            }
        });
        _app.MapPost("/answer/{topic}", async (string topic, ILlmClient llm) => (await llm.ChatAsync("fast", "About " + topic)).Text);
        _app.MapGet("/twice", async (ILlmClient llm) =>
        {
            await llm.ChatAsync("fast", "one");
            await foreach (ChatResponseUpdate update in llm.ChatStreamingAsync("fast", "two"))
            {
                await Task.Yield();
            }
        });
        _app.MapGet("/search", async (ILlmTracer tracer, ILlmClient llm) =>
        {
            // The middleware has named the trace after the endpoint; what the application does has a name of its own.
            using TraceScope trace = tracer.StartTrace("site-search", new TraceContext { Feature = "search" });
            trace.Input = "zoo";
            using (SpanScope search = trace.StartSpan("vector-search", ObservationType.Retriever))
            {
                search.DocumentCount = 1;
            }

            ChatResponse answer = await llm.ChatAsync("fast", "zoo");
            trace.Output = answer.Text;
        });
        _app.MapGet("/relay", async (ILlmTracer tracer, IHttpClientFactory clients) =>
        {
            using TraceScope trace = tracer.StartTrace("relay", new TraceContext { UserId = "ü u", Team = "not allowed" });
            using HttpResponseMessage response = await clients.CreateClient("self").PostAsync(new Uri(_app.Urls.First() + "/answer/relayed"), null);
            response.EnsureSuccessStatusCode();
        });
        _app.MapGet("/fail", async (ILlmClient llm) => await llm.ChatAsync("fast", "x"));
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Without_tracing_code_a_call_joins_the_requests_trace_and_is_its_root_with_content()
    {
        await SendAsync(HttpMethod.Post, "/answer/llamas", ("traceparent", Upstream));

        SpanData call = Assert.Single(_traces.Spans);
        Assert.Equal("chat fast", call.Name);
        Assert.Null(call.Context.TraceName);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", call.TraceId.ToString());
        Assert.False(call.ParentSpanId.IsEmpty);
        Assert.True(call.IsAppRoot);
        Assert.Contains("About llamas", call.GetInputJson(), StringComparison.Ordinal);
        Assert.Contains("ok", call.GetOutputJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documented_middleware_says_who_called_and_names_the_trace_after_the_endpoint()
    {
        await SendAsync(HttpMethod.Post, "/answer/llamas", ("x-user", "u-1"), ("x-session", "s-1"));

        LlmContext context = Assert.Single(_traces.Spans).Context;
        Assert.Equal(("u-1", "s-1"), (context.UserId, context.SessionId));
        Assert.Equal("POST /answer/{topic}", context.Route);
        Assert.Equal("POST /answer/{topic}", context.TraceName);
    }

    [Fact]
    public async Task Calls_of_one_request_are_in_one_trace_and_of_two_requests_in_two()
    {
        await SendAsync(HttpMethod.Get, "/twice");
        await SendAsync(HttpMethod.Get, "/twice");

        Assert.Equal(4, _traces.Spans.Count);
        Assert.Equal([2, 2], _traces.Spans.GroupBy(span => span.TraceId).Select(group => group.Count()));
    }

    [Fact]
    public async Task A_trace_of_the_applications_own_adds_the_business_steps_below_the_request()
    {
        await SendAsync(HttpMethod.Get, "/search", ("traceparent", Upstream), ("x-user", "u-1"));

        SpanData trace = _traces.Single("site-search");
        Assert.True(trace.IsAppRoot);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", trace.TraceId.ToString());
        Assert.Equal("\"zoo\"", trace.GetInputJson());
        Assert.Equal("\"ok\"", trace.GetOutputJson());
        Assert.False(_traces.ShouldHaveChild(trace, "vector-search", ObservationType.Retriever).IsAppRoot);
        SpanData call = _traces.ShouldHaveChild(trace, "chat fast", ObservationType.Generation);
        Assert.All(_traces.Spans, span => Assert.Equal(("u-1", "search", "site-search"), (span.Context.UserId, span.Context.Feature, span.Context.TraceName)));
        Assert.False(call.IsAppRoot);
    }

    [Fact]
    public async Task Allowed_labels_and_the_place_in_the_trace_reach_another_service_over_http()
    {
        await SendAsync(HttpMethod.Get, "/relay");

        SpanData relay = _traces.Single("relay");
        SpanData call = _traces.Single("chat fast");
        Assert.Equal(relay.TraceId, call.TraceId);
        Assert.Equal("ü u", call.Context.UserId);
        Assert.Null(call.Context.Team);

        // The sender's spans reach Langfuse, which it said, so this service has no root of its own.
        Assert.True(relay.IsAppRoot);
        Assert.False(call.IsAppRoot);
    }

    [Fact]
    public async Task A_failed_call_is_an_error_in_the_requests_trace()
    {
        _provider.OnOtherCalls.Throw(LlmErrorKind.InvalidRequest, "bad", statusCode: 400);
        using HttpResponseMessage response = await _http.GetAsync(new Uri(_app.Urls.First() + "/fail"));

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal(ObservationLevel.Error, Assert.Single(_traces.Spans).Level);
    }

    [Fact]
    public async Task Beside_OpenTelemetry_the_request_the_trace_and_the_call_are_one_tree()
    {
        var exported = new List<Activity>();
        using (Sdk.CreateTracerProviderBuilder().AddSource("Microsoft.AspNetCore").AddSource("LlmStack").AddInMemoryExporter(exported).Build())
        {
            // The server ends its activity after the client has the answer. Listeners hear of it in the order in which they came.
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == "Microsoft.AspNetCore",
                ActivityStopped = activity => _ = IsMine(activity) && ended.TrySetResult(),
            };
            ActivitySource.AddActivityListener(listener);
            await SendAsync(HttpMethod.Get, "/search", ("traceparent", Upstream));
            await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        Activity request = Mine().Single(a => a.Source.Name == "Microsoft.AspNetCore");
        Activity trace = Mine().Single(a => a.OperationName == "site-search");
        Assert.Equal("b7ad6b7169203331", request.ParentSpanId.ToHexString());
        Assert.Equal(request.SpanId, trace.ParentSpanId);
        Assert.Equal(trace.SpanId, Mine().Single(a => a.OperationName == "chat fast").ParentSpanId);
        foreach (SpanData span in _traces.Spans)
        {
            Assert.Single(Mine(), a => SpanId.From(a.SpanId) == span.SpanId && TraceId.From(a.TraceId) == span.TraceId);
        }

        // Other servers of this process run beside this one, and listeners hear them all.
        Activity[] Mine() => [.. exported.ToArray().Where(IsMine)];

        static bool IsMine(Activity activity) => activity.TraceId.ToHexString() == "0af7651916cd43dd8448eb211c80319c";
    }

    private async Task SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(_app.Urls.First() + path));
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using HttpResponseMessage response = await _http.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(30));
        response.EnsureSuccessStatusCode();
    }
}
