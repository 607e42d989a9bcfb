using System.Diagnostics;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Tracing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Docs;

/// <summary>The code of docs/tracing.md about times, parents, prompts and other processes.</summary>
[Collection(ActivitiesInTurn.Name)]
public sealed class TracingSnippetTests : IDisposable
{
    private readonly CallHarness _h = new(
        llm =>
        {
            llm.AddModelGroup("fast", g => g.AddDeployment("a/m"));
            llm.Configure(o => o.Tracing.Baggage.Add("UserId"));
            llm.Services.AddHttpClient("backend").AddTracePropagation().ConfigurePrimaryHttpMessageHandler(() => new KeepingHandler());
        },
        "a");

    public void Dispose() => _h.Dispose();

    [Fact]
    public void Recorded_afterwards_under_an_id_from_a_seed()
    {
        ILlmTracer tracer = _h.Tracer;
        DateTimeOffset began = _h.Time.GetUtcNow().AddHours(-1);
        TraceParent place;
        using (var job = tracer.StartTrace("import", options: new SpanOptions { Parent = new TraceParent(TraceId.FromSeed("order-17")), StartTime = began }))
        {
            SpanScope step = job.StartSpan("parse", ObservationType.Tool, new SpanOptions { StartTime = began });
            step.End(began.AddSeconds(2));
            place = job.ToTraceParent();
        }

        Assert.Equal(TraceId.FromSeed("order-17"), _h.Traces.Single("import").TraceId);
        Assert.Equal(TimeSpan.FromSeconds(2), _h.Traces.ShouldHaveChild("import", "parse", ObservationType.Tool).Duration);
        Assert.True(TraceParent.TryParse(place.ToString(), out TraceParent parsed));
        Assert.Equal(place, parsed with { IsReported = true });
    }

    [Fact]
    public void A_message_carries_the_trace()
    {
        ILlmTracer tracer = _h.Tracer;
        TraceCarrier carrier;
        using (tracer.StartTrace("sender", new TraceContext { UserId = "u" }))
        {
            carrier = tracer.Inject();
        }

        _ = TraceParent.TryParse(carrier.TraceParent, out TraceParent parent);
        using (var work = tracer.StartTrace("worker", options: new SpanOptions { Parent = parent, Baggage = carrier.Baggage }))
        {
        }

        Assert.Equal("u", _h.Traces.ShouldHaveChild("sender", "worker").Context.UserId);
    }

    [Fact]
    public async Task A_client_of_ones_own_service_sends_the_trace_along_and_others_do_not()
    {
        using (_h.Tracer.StartTrace("job", new TraceContext { UserId = "u", Team = "t" }))
        {
            using HttpClient backend = _h.Get<IHttpClientFactory>().CreateClient("backend");
            using HttpResponseMessage response = await backend.GetAsync(new Uri("http://backend.test/"));
            HttpRequestMessage sent = response.RequestMessage!;
            Assert.Equal(_h.Tracer.Inject().TraceParent, Assert.Single(sent.Headers.GetValues("traceparent")));
            Assert.Equal($"langfuse_trace_id={_h.Tracer.Inject().TraceParent!.Substring(3, 32)},langfuse_user_id=u", Assert.Single(sent.Headers.GetValues("baggage")));
        }

        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task A_prompt_is_named_on_the_options()
    {
        ChatOptions options = new ChatOptions().WithPrompt(new PromptReference("greeting", 3));
        await _h.Client.ChatAsync("fast", "Hello", options);
        Assert.Equal(3, _h.Traces.Single("chat fast").Record.Prompt!.Version);
    }

    private sealed class KeepingHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { RequestMessage = request });
    }
}
