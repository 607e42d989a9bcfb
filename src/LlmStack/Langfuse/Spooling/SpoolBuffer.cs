namespace LlmStack.Langfuse.Spooling;

/// <summary>The room in which a record is encoded: the segment itself. Where its end is near, the record moves on to the next segment.</summary>
/// <remarks>What is larger than a segment ends on the heap, and is then not a record of the spool.</remarks>
internal sealed class SpoolBuffer(SpoolWriter writer) : IEncodeBuffer
{
    private HeapBatchBuffer? _overflow;

    /// <summary>Whether the record left the segments.</summary>
    public bool Overflowed => _overflow is not null;

    public void Start() => _overflow = null;

    public Span<byte> GetFree(int minimum)
    {
        if (_overflow is not null)
        {
            return _overflow.GetFree(minimum);
        }

        Span<byte> free = writer.Active.Free;
        return free.Length >= minimum ? free : Grow(0, minimum);
    }

    public Span<byte> Grow(int written, int minimum)
    {
        if (_overflow is not null)
        {
            return _overflow.Grow(written, minimum);
        }

        long needed = written + (long)minimum;
        if (needed <= writer.Active.Capacity && writer.Active.Committed > 0 && writer.Advance(written))
        {
            return writer.Active.Free;
        }

        ReadOnlySpan<byte> partial = writer.Active.Free[..written];
        _overflow = new HeapBatchBuffer(checked((int)Math.Min(Array.MaxLength, needed * 2)));
        Span<byte> free = _overflow.GetFree(checked((int)needed));
        partial.CopyTo(free);
        return free;
    }
}
