namespace LlmStack.Tracing;

/// <summary>The spans and scores of a trace that is not decided yet.</summary>
internal sealed class WaitingTrace(TraceId id, long since)
{
    public TraceId Id { get; } = id;

    public long Since { get; } = since;

    public List<SpanRecord> Spans { get; } = [];

    public List<ScoreData> Scores { get; } = [];

    public int Count => Spans.Count + Scores.Count;

    public long Bytes { get; set; }

    /// <summary>What its calls cost so far, in US dollars.</summary>
    public decimal Cost { get; set; }

    /// <summary>Whether something in it makes it one to keep.</summary>
    public bool Keep { get; set; }

    public LinkedListNode<WaitingTrace>? Node { get; set; }
}
