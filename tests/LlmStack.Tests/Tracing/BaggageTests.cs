using System.Diagnostics;
using LlmStack.Tracing;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class BaggageTests
{
    private readonly RecordingSink _sink = new();
    private readonly TracingOptions _options = new();

    public BaggageTests()
    {
        _options.Baggage.Add(nameof(LlmContext.UserId));
        _options.Baggage.Add(nameof(LlmContext.SessionId));
        _options.Baggage.Add(nameof(LlmContext.Feature));
    }

    private LlmTracer Tracer() => new([_sink], [], _options, new FakeTimeProvider());

    [Fact]
    public void Allowed_fields_go_out_under_the_keys_of_Langfuses_SDKs_and_no_others()
    {
        using TraceScope trace = Tracer().StartTrace("job", new TraceContext { UserId = "ü,1", Feature = "search box", Team = "secret" });
        TraceCarrier carrier = Tracer().Inject();

        Assert.Equal($"00-{trace.TraceId}-{trace.ObservationId}-01", carrier.TraceParent);
        Assert.Equal($"langfuse_trace_id={trace.TraceId},langfuse_user_id=%C3%BC%2C1,langfuse_metadata_feature=search%20box", carrier.Baggage);
    }

    [Fact]
    public void By_default_nothing_but_the_place_goes_out()
    {
        var tracer = new LlmTracer([_sink], [], new TracingOptions(), new FakeTimeProvider());
        Assert.Equal(default, tracer.Inject());
        using TraceScope trace = tracer.StartTrace("job", new TraceContext { UserId = "u" });
        Assert.Null(tracer.Inject().Baggage);
        Assert.NotNull(tracer.Inject().TraceParent);
    }

    [Fact]
    public void What_no_longer_fits_stays_at_home()
    {
        _options.MaxBaggageBytes = 64;
        LlmTracer tracer = Tracer();
        using (LlmContext.Push(new LlmContext { UserId = new string('x', 60), SessionId = "s-1", Feature = new string('ä', 10) }))
        {
            Assert.Equal("langfuse_session_id=s-1", tracer.Inject().Baggage);
        }
    }

    [Fact]
    public void A_carrier_brings_the_trace_and_its_labels_to_another_process()
    {
        TraceCarrier carrier;
        LlmTracer sender = Tracer();
        using (sender.StartTrace("job", new TraceContext { UserId = "ü,1", SessionId = "s", Feature = "f" }))
        {
            carrier = sender.Inject();
        }

        Assert.True(TraceParent.TryParse(carrier.TraceParent, out TraceParent parent));
        using (Tracer().StartTrace("worker", new TraceContext { SessionId = "mine" }, new SpanOptions { Parent = parent, Baggage = carrier.Baggage }))
        {
        }

        SpanData worker = _sink["worker"];
        Assert.Equal(_sink["job"].TraceId, worker.TraceId);
        Assert.Equal(_sink["job"].SpanId, worker.ParentSpanId);
        Assert.Equal(("ü,1", "mine", "f"), (worker.Context.UserId, worker.Context.SessionId, worker.Context.Feature));

        // The sender said that its own spans reach Langfuse: a second root would take the first one's place there.
        Assert.False(worker.IsAppRoot);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("langfuse_user_id=u")]
    [InlineData("langfuse_trace_id=0af7651916cd43dd8448eb211c80319c")]
    public void Where_the_sender_did_not_say_so_of_this_trace_the_worker_is_the_root(string? baggage)
    {
        using (Tracer().StartTrace("worker", options: new SpanOptions { Parent = new TraceParent(new TraceId(1, 1), new SpanId(1)), Baggage = baggage }))
        {
        }

        Assert.True(_sink["worker"].IsAppRoot);
    }

    [Fact]
    public async Task The_applications_own_baggage_goes_along_with_ours()
    {
        using var request = new Activity("request");
        request.SetIdFormat(ActivityIdFormat.W3C).Start();
        request.AddBaggage("tenant", "a,1");
        request.AddBaggage("langfuse_user_id", "outer");
        LlmTracer tracer = Tracer();
        using TraceScope trace = tracer.StartTrace("job", new TraceContext { UserId = "inner" });
        using var wire = new Wire();
        using var client = new HttpMessageInvoker(new TracePropagationHandler(tracer) { InnerHandler = wire });
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri("http://backend/"));

        (await client.SendAsync(message, CancellationToken.None)).Dispose();

        Assert.Equal($"00-{trace.TraceId}-{trace.ObservationId}-01", Assert.Single(message.Headers.GetValues("traceparent")));
        Assert.Equal($"langfuse_trace_id={trace.TraceId},langfuse_user_id=inner,tenant=a%2C1", string.Join(',', message.Headers.GetValues("baggage")));
    }

    [Theory]
    [InlineData("langfuse_user_id=a;p=1 , other=2", "a")]
    [InlineData(" langfuse_user_id = a ", "a")]
    [InlineData("langfuse_user_id", null)]
    [InlineData("=a", null)]
    [InlineData("langfuse_team=a", null)]
    [InlineData("langfuse_metadata_team=a", null)]
    [InlineData("langfuse_user_id=%zz", "%zz")]
    [InlineData(",,,", null)]
    [InlineData("", null)]
    public void Incoming_baggage_is_read_leniently_and_only_where_allowed(string header, string? user)
    {
        using (Tracer().StartTrace("worker", options: new SpanOptions { Baggage = header }))
        {
        }

        Assert.Equal(user, _sink["worker"].Context.UserId);
        Assert.Null(_sink["worker"].Context.Team);
    }

    [Fact]
    public void Calls_and_spans_outside_every_scope_take_the_labels_of_the_request_being_served()
    {
        using var request = new Activity("request");
        request.SetIdFormat(ActivityIdFormat.W3C).Start();
        request.AddBaggage("langfuse_user_id", "u-9");
        request.AddBaggage("langfuse_trace_id", request.TraceId.ToHexString());
        using var inner = new Activity("inner");
        inner.Start();
        LlmTracer tracer = Tracer();

        Assert.Equal("u-9", tracer.CurrentContext.UserId);
        Assert.Same(tracer.CurrentContext, tracer.CurrentContext);
        tracer.StartSpan("step").Dispose();
        tracer.StartTrace("trace", new TraceContext { Feature = "f" }).Dispose();
        using (LlmContext.Push(new LlmContext { UserId = "pushed" }))
        {
            Assert.Equal("pushed", tracer.CurrentContext.UserId);
        }

        Assert.Equal("u-9", _sink["step"].Context.UserId);
        Assert.Equal(("u-9", "f"), (_sink["trace"].Context.UserId, _sink["trace"].Context.Feature));

        // Whoever sent the request said that its own spans reach Langfuse, so none here is the root.
        Assert.All(_sink.Spans, span => Assert.False(span.IsAppRoot));
    }

    [Fact]
    public void A_budget_opened_while_a_request_is_served_leaves_its_labels_in_force()
    {
        using var request = new Activity("request");
        request.SetIdFormat(ActivityIdFormat.W3C).Start();
        request.AddBaggage("langfuse_user_id", "u-9");
        LlmTracer tracer = Tracer();
        using (LlmBudget run = LlmContext.OpenBudget(5m))
        {
            Assert.Equal(("u-9", run), (tracer.CurrentContext.UserId, tracer.CurrentContext.Budget));
            Assert.Same(tracer.CurrentContext, tracer.CurrentContext);
            tracer.StartSpan("step").Dispose();
            tracer.StartTrace("trace", new TraceContext { Feature = "f" }).Dispose();
            Assert.Contains("langfuse_user_id=u-9", tracer.Inject().Baggage, StringComparison.Ordinal);
            using LlmBudget inner = LlmContext.OpenBudget(1m);
            Assert.Equal(("u-9", inner), (tracer.CurrentContext.UserId, tracer.CurrentContext.Budget));
            using (LlmContext.Push(new LlmContext { UserId = "pushed" }))
            {
                Assert.Equal(("pushed", inner), (tracer.CurrentContext.UserId, tracer.CurrentContext.Budget));
                using LlmBudget innermost = LlmContext.OpenBudget(1m);
                Assert.Equal(("pushed", innermost), (tracer.CurrentContext.UserId, tracer.CurrentContext.Budget));
            }
        }

        Assert.Null(tracer.CurrentContext.Budget);
        Assert.Equal("u-9", _sink["step"].Context.UserId);
        Assert.Equal(("u-9", "f"), (_sink["trace"].Context.UserId, _sink["trace"].Context.Feature));
    }

    [Fact]
    public void A_claim_for_another_trace_is_none()
    {
        using var request = new Activity("request");
        request.SetIdFormat(ActivityIdFormat.W3C).Start();
        request.AddBaggage("langfuse_trace_id", "0af7651916cd43dd8448eb211c80319c");
        Tracer().StartSpan("step").Dispose();
        Assert.True(_sink["step"].IsAppRoot);
    }

    private sealed class Wire : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage());
    }
}
