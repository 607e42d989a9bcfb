namespace LlmStack.Langfuse;

/// <summary>A closed batch and the runs of its spans that are still to be sent, the first on top.</summary>
internal sealed class SpanBatch
{
    private readonly Stack<(int First, int Count)> _runs = new(2);

    public SpanBatch(BatchBuffer buffer, long closedAt)
    {
        Buffer = buffer;
        ClosedAt = closedAt;
        _runs.Push((0, buffer.Count));
    }

    public BatchBuffer Buffer { get; }

    /// <summary>A timestamp.</summary>
    public long ClosedAt { get; }

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
            foreach ((int first, int count) in _runs)
            {
                spans += count;
                bytes += Buffer.Spans(first, count).Length;
            }

            return (spans, bytes);
        }
    }

    public void Finish() => _runs.Pop();

    /// <summary>Replaces the run to be sent next by those of its spans that <paramref name="keep"/> names, in order.</summary>
    public void Keep(List<int> keep)
    {
        (int first, _) = _runs.Pop();
        int end = keep.Count;
        while (end > 0)
        {
            int start = end - 1;
            while (start > 0 && keep[start - 1] == keep[start] - 1)
            {
                start--;
            }

            _runs.Push((first + keep[start], end - start));
            end = start;
        }
    }

    public void Halve()
    {
        (int first, int count) = _runs.Pop();
        _runs.Push((first + (count / 2), count - (count / 2)));
        _runs.Push((first, count / 2));
    }

    public void FinishAll() => _runs.Clear();
}
