using LlmStack.Tests.Support;
using LlmStack.Tracing;

namespace LlmStack.Tests.Langfuse;

/// <summary>For functions that freeze between calls: what a trace contains has left when the trace has ended.</summary>
public sealed class TraceEndTests
{
    private static readonly TracingOptions AtTheEnd = new() { ExportMode = ExportMode.OnTraceEnd };

    [Fact]
    public async Task Awaiting_the_end_of_a_trace_delivers_it()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(tracing: AtTheEnd);
        var tracer = new LlmTracer([harness.Sink], [], AtTheEnd, harness.Time);
        await using (TraceScope trace = tracer.StartTrace("invocation"))
        {
            using (trace.StartSpan("step"))
            {
            }

            await using (tracer.StartTrace("inner"))
            {
            }

            Assert.Empty(harness.Receiver.Requests);
            trace.Score("ok", 1);
        }

        Assert.Equal(["step", "inner", "invocation"], harness.Receiver.Spans.Select(span => span.Name));
        Assert.Single(harness.Receiver.Scores);
    }

    [Fact]
    public async Task A_traced_body_is_delivered_before_its_task_completes_also_when_it_throws()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(tracing: AtTheEnd);
        var tracer = new LlmTracer([harness.Sink], [], AtTheEnd, harness.Time);

        await tracer.TraceAsync("one", static _ => Task.CompletedTask);
        Assert.Single(harness.Receiver.Spans);
        await Assert.ThrowsAsync<InvalidOperationException>(() => tracer.TraceAsync("two", static Task<int> (_) => throw new InvalidOperationException("no")));

        Assert.Equal("ERROR", harness.Receiver.Spans[1].Text("langfuse.observation.level"));
    }

    [Fact]
    public async Task An_unawaited_end_sends_at_once_without_the_interval()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(tracing: AtTheEnd);
        var tracer = new LlmTracer([harness.Sink], [], AtTheEnd, harness.Time);
        tracer.StartTrace("invocation").Dispose();

        await harness.Receiver.WaitForRequestsAsync(1);
        Assert.Single(harness.Receiver.Spans);
    }

    [Fact]
    public async Task A_dead_server_holds_the_end_of_a_trace_up_for_the_time_limit_at_most_and_is_no_error()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(tracing: AtTheEnd);
        harness.Receiver.Rule = static (_, _) => new ScriptedReply(200) { Hang = true };
        var tracer = new LlmTracer([harness.Sink], [], AtTheEnd, harness.Time);
        Task ended = tracer.StartTrace("invocation").DisposeAsync().AsTask();
        await harness.Receiver.WaitForRequestsAsync(1);
        Assert.False(ended.IsCompleted);

        harness.Time.Advance(AtTheEnd.ExportTimeout);
        await ended.WaitAsync(SinkHarness.Patience);
        Assert.Equal(0, harness.Sink.SpanCounters.Delivered);
    }

    [Fact]
    public async Task By_default_the_end_of_a_trace_waits_for_nothing()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        var tracer = new LlmTracer([harness.Sink], [], new TracingOptions(), harness.Time);

        Assert.True(tracer.StartTrace("t").DisposeAsync().IsCompletedSuccessfully);
        Assert.Empty(harness.Receiver.Requests);
    }
}
