using System.Diagnostics;

namespace LlmStack.Tracing;

/// <summary>What comes into this process with a request, and what goes out to others.</summary>
internal sealed class TracePropagation(TracingOptions options, TraceNames names)
{
    private readonly ContextBaggage? _baggage = options.Baggage.Count == 0 ? null : new ContextBaggage(ContextFields.Of(options.Baggage), options.MaxBaggageBytes);

    /// <summary>What came with the request that is being served, where baggage is taken in.</summary>
    private LlmContext Incoming => _baggage is not null && Activity.Current is { } activity ? _baggage.Of(activity) : LlmContext.Empty;

    /// <summary>
    /// The context of a scope. Outside every scope, and where nothing but a budget was opened, it is what came with the request that is being
    /// served.
    /// </summary>
    public LlmContext ContextOf(AmbientScope? ambient)
    {
        if (ambient is null)
        {
            return Incoming;
        }

        LlmContext context = ambient.Context;
        return context.Budget is { } budget && ReferenceEquals(context, budget.Alone) && Incoming is var incoming && !ReferenceEquals(incoming, LlmContext.Empty)
            ? budget.Bind(incoming)
            : context;
    }

    /// <summary>The place that options ask for; null when they leave it to what is ambient. One without a trace came from a scope that records nothing.</summary>
    public static SpanParent? ParentOf(SpanOptions? options)
    {
        if (options?.Parent is not { TraceId.IsEmpty: false } parent)
        {
            return null;
        }

        // Who sent the message may have said that his own spans of the trace reach Langfuse.
        return SpanParent.Of(parent with { IsReported = parent.IsReported || ContextBaggage.Claims(options.Baggage, parent.TraceId) });
    }

    public LlmContext Read(LlmContext context, SpanOptions? given) => given?.Baggage is { } header && _baggage is not null ? _baggage.Read(context, header) : context;

    /// <summary>A trace that nobody has named is called after the work that this process was asked to do.</summary>
    public LlmContext Named(LlmContext context, in SpanParent parent) =>
        parent.IsForeign && context.TraceName is null && ForeignActivity.TraceName(Activity.Current) is { } name ? names.Merge(context, null, name) : context;

    public TraceCarrier Inject(AmbientScope? ambient)
    {
        var parent = SpanParent.Of(ambient);
        TraceId claimed = ambient is { HasTrace: true, Sampled: true } ? ambient.TraceId : default;
        return new TraceCarrier(
            parent.TraceId.IsEmpty ? null : new TraceParent(parent.TraceId, parent.SpanId).ToString(),
            _baggage?.Write(ContextOf(ambient), claimed));
    }
}
