using LlmStack.Tracing;

namespace LlmStack.Testing;

/// <summary>The spans of one trace in the order people read them: each below its parent, as they began.</summary>
internal sealed class SpanTree
{
    private readonly Dictionary<SpanId, List<SpanData>> _children = [];
    private readonly List<(SpanData Span, int Depth)> _rows = [];

    public SpanTree(IEnumerable<SpanData> spans)
    {
        SpanData[] ordered = [.. spans.OrderBy(static span => span.StartTime).ThenByDescending(static span => span.EndTime)];
        HashSet<SpanId> known = [.. ordered.Select(static span => span.SpanId)];
        List<SpanData> roots = [];
        foreach (SpanData span in ordered)
        {
            if (!known.Contains(span.ParentSpanId))
            {
                roots.Add(span);
            }
            else if (_children.TryGetValue(span.ParentSpanId, out List<SpanData>? siblings))
            {
                siblings.Add(span);
            }
            else
            {
                _children.Add(span.ParentSpanId, [span]);
            }
        }

        foreach (SpanData root in roots)
        {
            Add(root, 0);
        }

        TraceId = ordered[0].TraceId;
        Start = ordered[0].StartTime;
        Duration = ordered.Max(static span => span.EndTime) - Start;
        Context = ordered[0].Context;
        Name = Context.TraceName ?? (roots.Count > 0 ? roots[0] : ordered[0]).Name;
        Cost = ordered.Any(static span => span.Cost is not null) ? ordered.Sum(static span => span.Cost ?? 0) : null;
    }

    public TraceId TraceId { get; }

    public string Name { get; }

    public LlmContext Context { get; }

    public DateTimeOffset Start { get; }

    public TimeSpan Duration { get; }

    /// <summary>The sum of what is known; null when nothing is.</summary>
    public decimal? Cost { get; }

    public IReadOnlyList<(SpanData Span, int Depth)> Rows => _rows;

    /// <summary>Where a moment lies between the trace's start and end, in percent.</summary>
    public double Share(DateTimeOffset time) => Duration == TimeSpan.Zero ? 0 : Math.Clamp((time - Start) / Duration * 100, 0, 100);

    private void Add(SpanData span, int depth)
    {
        _rows.Add((span, depth));
        foreach (SpanData child in _children.GetValueOrDefault(span.SpanId) ?? [])
        {
            Add(child, depth + 1);
        }
    }
}
