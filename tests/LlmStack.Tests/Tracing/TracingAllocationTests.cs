using LlmStack.Tracing;
using Xunit.Abstractions;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class TracingAllocationTests(ITestOutputHelper output)
{
    private readonly LlmTracer _tracer = new([new NullSink()], [], new TracingOptions(), TimeProvider.System);

    [Fact]
    public void An_automatic_span_with_content_allocates_nothing()
    {
        long bytes = Measure("automatic", () =>
        {
            SpanRecord call = _tracer.StartAutomatic("chat", ObservationType.Generation, TimeProvider.System.GetTimestamp(), AmbientScope.CurrentContext)!;
            call.SetInput("[{\"role\":\"user\",\"content\":\"Hello\"}]"u8);
            call.AppendOutputText("Hello");
            SpanRecord attempt = _tracer.StartChild(call, "attempt", ObservationType.Generation, call.StartTimestamp);
            call.CopyContentTo(attempt);
            _tracer.End(attempt, TimeProvider.System.GetTimestamp());
            _tracer.End(call, TimeProvider.System.GetTimestamp());
        });
        Assert.InRange(bytes, 0, 16);
    }

    [Fact]
    public void A_scope_with_input_and_output_stays_within_240_bytes()
    {
        using TraceScope trace = _tracer.StartTrace("trace");
        long bytes = Measure("span scope", () =>
        {
            using SpanScope span = _tracer.StartSpan("step");
            span.Input = "in";
            span.Output = "out";
        });
        Assert.InRange(bytes, 0, 240);
    }

    [Fact]
    public void A_trace_without_labels_stays_within_240_bytes()
    {
        long bytes = Measure("trace scope", () =>
        {
            using TraceScope trace = _tracer.StartTrace("trace");
            trace.Output = "out";
        });
        Assert.InRange(bytes, 0, 240);
    }

    [Fact]
    public void Without_a_sink_spans_cost_nothing()
    {
        var silent = new LlmTracer([], [], new TracingOptions(), TimeProvider.System);
        long bytes = Measure("silent", () =>
        {
            using SpanScope span = silent.StartSpan("step");
            span.Output = "out";
            if (silent.StartAutomatic("call", ObservationType.Generation, 0, AmbientScope.CurrentContext) is { } call)
            {
                silent.End(call, 0);
            }
        });
        Assert.Equal(0, bytes);
    }

    // The best of several rounds: the runtime itself may allocate while it compiles a tier.
    private long Measure(string name, Action action)
    {
        const int Calls = 500;
        long best = long.MaxValue;
        for (int round = 0; round < 8; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
            {
                action();
            }

            best = Math.Min(best, (GC.GetAllocatedBytesForCurrentThread() - before) / Calls);
        }

        output.WriteLine($"{name}: {best} B");
        return best;
    }
}
