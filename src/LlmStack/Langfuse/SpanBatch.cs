namespace LlmStack.Langfuse;

/// <summary>A closed batch and the runs of its spans that are still to be sent, the first on top.</summary>
internal sealed class SpanBatch
{
    private readonly Stack<Run> _runs = new(2);

    public SpanBatch(BatchBuffer buffer, long closedAt)
    {
        Buffer = buffer;
        ClosedAt = closedAt;
        _runs.Push(new Run(0, buffer.Count, IsUncertain: false));
    }

    public BatchBuffer Buffer { get; }

    /// <summary>A timestamp.</summary>
    public long ClosedAt { get; }

    /// <summary>Whether an earlier process wrote it, so that no flush of this one waits for it.</summary>
    public bool IsRecovered { get; init; }

    /// <summary>The spans before this one are settled.</summary>
    public int FirstOpen => IsDone ? Buffer.Count : _runs.Peek().First;

    /// <summary>How many answers in a row found something invalid.</summary>
    public int InvalidInARow { get; set; }

    public bool IsDone => _runs.Count == 0;

    public int Count => _runs.Peek().Count;

    /// <summary>The encoded span at <paramref name="index"/> of the run to be sent next.</summary>
    public ReadOnlySpan<byte> SpanAt(int index) => Buffer.Spans(_runs.Peek().First + index, 1).Span;

    public ReadOnlyMemory<byte> Bytes => Buffer.Spans(_runs.Peek().First, _runs.Peek().Count);

    /// <summary>Spans and bytes not yet settled.</summary>
    public (int Spans, long Bytes) Remaining
    {
        get
        {
            int spans = 0;
            long bytes = 0;
            foreach (Run run in _runs)
            {
                spans += run.Count;
                bytes += Buffer.Spans(run.First, run.Count).Length;
            }

            return (spans, bytes);
        }
    }

    /// <summary>Those of the remaining spans that the server may have without having said so.</summary>
    public int Uncertain
    {
        get
        {
            int spans = 0;
            foreach (Run run in _runs)
            {
                spans += run.IsUncertain ? run.Count : 0;
            }

            return spans;
        }
    }

    /// <summary>Whether the server may have the spans to be sent next.</summary>
    public bool IsUncertain => _runs.Peek().IsUncertain;

    /// <summary>The run was sent, and no answer says what became of it.</summary>
    public void MarkUncertain() => _runs.Push(_runs.Pop() with { IsUncertain = true });

    public void Finish() => _runs.Pop();

    /// <summary>Replaces the run to be sent next by those of its spans that <paramref name="keep"/> names, in order.</summary>
    public void Keep(List<int> keep)
    {
        Run run = _runs.Pop();
        int end = keep.Count;
        while (end > 0)
        {
            int start = end - 1;
            while (start > 0 && keep[start - 1] == keep[start] - 1)
            {
                start--;
            }

            _runs.Push(run with { First = run.First + keep[start], Count = end - start });
            end = start;
        }
    }

    public void Halve()
    {
        Run run = _runs.Pop();
        int half = run.Count / 2;
        _runs.Push(run with { First = run.First + half, Count = run.Count - half });
        _runs.Push(run with { Count = half });
    }

    public void FinishAll() => _runs.Clear();

    private readonly record struct Run(int First, int Count, bool IsUncertain);
}
