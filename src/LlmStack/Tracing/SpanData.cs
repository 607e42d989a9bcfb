using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>A finished span, over pooled memory: valid during <see cref="ITraceSink.Emit(in SpanData)"/>.</summary>
public readonly struct SpanData
{
    private readonly SpanRecord _record;

    internal SpanData(SpanRecord record) => _record = record;

    internal SpanRecord Record => _record;

    /// <summary>The trace.</summary>
    public TraceId TraceId => _record.TraceId;

    /// <summary>The span.</summary>
    public SpanId SpanId => _record.SpanId;

    /// <summary>The parent; empty for a root.</summary>
    public SpanId ParentSpanId => _record.ParentSpanId;

    /// <summary>The name.</summary>
    public string Name => _record.Name;

    /// <summary>What it is.</summary>
    public ObservationType Type => _record.Type;

    /// <summary>How serious it is.</summary>
    public ObservationLevel Level => _record.Level;

    /// <summary>What went wrong, in words; null when nothing did.</summary>
    public string? StatusMessage => _record.StatusMessage;

    /// <summary>Who called and under which labels.</summary>
    public LlmContext Context => _record.Context;

    /// <summary>The model asked; null when the span is no call.</summary>
    public string? Model => _record.Model;

    /// <summary>Tokens used; null when unknown or when children carry them.</summary>
    public UsageDetails? Usage => _record.Usage;

    /// <summary>The route of the call; null when the span is no call.</summary>
    public CallRoute? Route => _record.Route;

    /// <summary>A copy that stays valid.</summary>
    public SpanData ToOwned() => new(_record.ToOwned());
}
