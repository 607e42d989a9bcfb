using System.Globalization;
using System.Text.Json;
using LlmStack.IntegrationTests.Support;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using QuickStart;

namespace LlmStack.IntegrationTests;

/// <summary>The main job: a call falls over, a stream arrives, and the trace with both attempts reaches the endpoint.</summary>
public sealed class MainJobTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private OpenAITestServer _first = null!;
    private OpenAITestServer _second = null!;
    private TraceReceiver _receiver = null!;
    private TestStack _stack = null!;

    public async Task InitializeAsync()
    {
        _first = await OpenAITestServer.StartAsync();
        _second = await OpenAITestServer.StartAsync();
        _receiver = await TraceReceiver.StartAsync();
        _stack = TestStack.Over([_first, _second], _receiver);
    }

    public async Task DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _receiver.DisposeAsync();
        await _second.DisposeAsync();
        await _first.DisposeAsync();
    }

    [Fact]
    public async Task A_call_falls_over_a_stream_arrives_and_the_trace_tells_it_all()
    {
        _first.OnRequest(1, exchange => exchange.ErrorAsync(503, "overloaded")).Otherwise(exchange => exchange.ChatAsync("str", "eam"));
        _second.Otherwise(exchange => exchange.ChatAsync("Hello ", "there"));

        ChatResponse answer;
        CallRoute? streamRoute = null;
        string streamed = "";
        using (TraceScope trace = _stack.Tracer.StartTrace("site-search", new TraceContext { UserId = "u-42", SessionId = "s-7", Feature = "search", Tags = ["geo"] }))
        {
            trace.Input = "question";
            using (SpanScope retrieval = trace.StartSpan("vector-search", ObservationType.Retriever))
            {
                retrieval.Output = "two hits";
            }

            answer = await _stack.Client.ChatAsync("fast", TestStack.Say("Hi")).WaitAsync(Patience);
            await foreach (ChatResponseUpdate update in _stack.Client.ChatStreamingAsync("fast", TestStack.Say("Hi")))
            {
                streamed += update.Text;
                streamRoute = update.GetRoute() ?? streamRoute;
            }

            trace.Output = answer.Text;
            trace.Score("helpful", 0.9);
        }

        FlushResult flushed = await _stack.Tracer.FlushAsync(Patience);

        // The call.
        CallRoute route = answer.GetRoute()!;
        Assert.Equal("Hello there", answer.Text);
        Assert.Equal("s2/m", route.Deployment);
        Assert.Equal(["s1/m", "s2/m"], route.Attempts.Select(attempt => attempt.Deployment));
        Assert.Equal((LlmErrorKind.Overloaded, 503), (route.Attempts[0].Error, route.Attempts[0].StatusCode));
        Assert.Null(route.Attempts[1].Error);
        Assert.Equal(((10 * 2m) + (2 * 20m)) / 1_000_000m, route.Cost.Total);

        // The stream.
        Assert.Equal("stream", streamed);
        Assert.Equal("s1/m", streamRoute!.Deployment);
        Assert.NotNull(streamRoute.Timing.FirstToken);

        // The trace, as it arrived.
        Assert.True(flushed.IsComplete, flushed.Error);
        IReadOnlyList<ReceivedSpan> spans = _receiver.Spans;
        ReceivedSpan root = Assert.Single(spans, span => span.ParentSpanId.Length == 0);
        Assert.Equal("site-search", root.Name);
        Assert.Equal(route.TraceId!.Value.ToString(), root.TraceId);
        Assert.All(spans, span =>
        {
            Assert.Equal(root.TraceId, span.TraceId);
            Assert.Equal("site-search", span.Text("langfuse.trace.name"));
            Assert.Equal("u-42", span.Text("user.id"));
            Assert.Equal("s-7", span.Text("session.id"));
            Assert.Contains("geo", Assert.IsType<List<object>>(span.Attributes["langfuse.trace.tags"]));
            Assert.NotEqual("ERROR", span.Text("langfuse.observation.level"));
        });
        Assert.Equal("retriever", Assert.Single(spans, span => span.Name == "vector-search").Text("langfuse.observation.type"));

        ReceivedSpan call = Assert.Single(spans, span => span.SpanId == route.ObservationId!.Value.ToString());
        Assert.Equal((root.SpanId, "span"), (call.ParentSpanId, call.Text("langfuse.observation.type")));
        Assert.Null(call.Text("langfuse.observation.usage_details"));
        Assert.Null(call.Text("langfuse.observation.cost_details"));
        Assert.Contains("Hi", call.Text("langfuse.observation.input"), StringComparison.Ordinal);
        Assert.Contains("Hello there", call.Text("langfuse.observation.output"), StringComparison.Ordinal);

        ReceivedSpan[] attempts = [.. spans.Where(span => span.ParentSpanId == call.SpanId).OrderBy(span => span.StartUnixNanos)];
        Assert.Equal(2, attempts.Length);
        Assert.All(attempts, attempt => Assert.Equal("generation", attempt.Text("langfuse.observation.type")));
        Assert.Equal("WARNING", attempts[0].Text("langfuse.observation.level"));
        Assert.Null(attempts[0].Text("langfuse.observation.cost_details"));

        // An explicit zero: without any usage the server would count the tokens of the prompt itself.
        Assert.Equal(0, Total(attempts[0], "langfuse.observation.usage_details"));
        Assert.Equal(12, Total(attempts[1], "langfuse.observation.usage_details"));
        Assert.Equal(route.Cost.Total, Total(attempts[1], "langfuse.observation.cost_details"));

        ReceivedSpan stream = Assert.Single(spans, span => span.SpanId == streamRoute.ObservationId!.Value.ToString());
        Assert.Equal((root.SpanId, "generation"), (stream.ParentSpanId, stream.Text("langfuse.observation.type")));
        Assert.DoesNotContain(spans, span => span.ParentSpanId == stream.SpanId);
        Assert.NotNull(stream.Text("langfuse.observation.completion_start_time"));
        Assert.Contains("stream", stream.Text("langfuse.observation.output"), StringComparison.Ordinal);
        Assert.Equal(streamRoute.Cost.Total, Total(stream, "langfuse.observation.cost_details"));

        Assert.Equal(new ReceivedScore("helpful", "0.9", root.TraceId, null), Assert.Single(_receiver.Scores));
    }

    [Fact]
    public async Task When_every_deployment_fails_the_exception_lists_the_attempts_and_the_trace_is_marked()
    {
        _first.Otherwise(exchange => exchange.ErrorAsync(401, "invalid_api_key", "Incorrect API key provided."));
        _second.Otherwise(exchange => exchange.ErrorAsync(401, "invalid_api_key", "Incorrect API key provided."));

        LlmException exception = await Assert.ThrowsAsync<LlmException>(() => _stack.Tracer.TraceAsync("failing", async _ =>
            await _stack.Client.ChatAsync("fast", TestStack.Say("Hi")).WaitAsync(Patience)));
        await _stack.Tracer.FlushAsync(Patience);

        Assert.Equal(LlmErrorKind.Authentication, exception.Kind);
        Assert.Equal(2, exception.Route!.Attempts.Count);
        Assert.Equal((1, 1), (_first.Requests, _second.Requests));
        ReceivedSpan root = Assert.Single(_receiver.Spans, span => span.ParentSpanId.Length == 0);
        Assert.Equal("ERROR", root.Text("langfuse.observation.level"));

        // The first attempt ended while the second could still repair it; the last one could not be repaired any more.
        Assert.Equal(["WARNING", "ERROR"], _receiver.Spans.Where(span => span.Text("langfuse.observation.type") == "generation").OrderBy(span => span.StartUnixNanos).Select(span => span.Text("langfuse.observation.level")));
    }

    [Fact]
    public async Task A_call_outside_any_trace_is_a_trace_of_its_own_with_one_generation()
    {
        ChatResponse answer = await _stack.Client.ChatAsync("fast", TestStack.Say("Hi")).WaitAsync(Patience);
        await _stack.Tracer.FlushAsync(Patience);

        ReceivedSpan span = Assert.Single(_receiver.Spans);
        Assert.Equal(("", "generation"), (span.ParentSpanId, span.Text("langfuse.observation.type")));
        Assert.Equal("m", span.Text("langfuse.observation.model.name"));
        Assert.Equal(answer.GetRoute()!.TraceId!.Value.ToString(), span.TraceId);
    }

    [Fact]
    public async Task Nothing_of_ours_reaches_a_provider_but_the_request()
    {
        using (_stack.Tracer.StartTrace("private", new TraceContext { UserId = "u-42" }))
        {
            await _stack.Client.ChatAsync("fast", TestStack.Say("Hi"), new ChatOptions().WithRouting(new RoutingOptions { Deadline = TimeSpan.FromSeconds(20) })).WaitAsync(Patience);
        }

        TestExchange request = await _first.RequestAsync(1);
        Assert.DoesNotContain("traceparent", request.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain("baggage", request.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain("llmstack", request.Body.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("u-42", request.Body.GetRawText(), StringComparison.Ordinal);
    }

    private static decimal Total(ReceivedSpan span, string attribute)
    {
        using JsonDocument document = JsonDocument.Parse(span.Text(attribute) ?? "{}");
        return decimal.Parse(document.RootElement.GetProperty("total").GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
