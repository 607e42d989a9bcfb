namespace LlmStack.Langfuse;

/// <summary>Encoded spans one behind the other, with a table of where each ends, so that any run of them can be sent without encoding again.</summary>
internal abstract class BatchBuffer
{
    private int[] _ends = new int[64];

    public int Count { get; private set; }

    /// <summary>Bytes of the committed spans.</summary>
    public int Length { get; private set; }

    /// <summary>Makes the next <paramref name="length"/> bytes a span of the batch.</summary>
    public void Commit(int length)
    {
        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, Count * 2);
        }

        Length += length;
        _ends[Count++] = Length;
    }

    /// <summary>The bytes of <paramref name="count"/> spans from <paramref name="first"/> on.</summary>
    public ReadOnlyMemory<byte> Spans(int first, int count)
    {
        int start = first == 0 ? 0 : _ends[first - 1];
        return count == 0 ? default : Memory(start, _ends[first + count - 1] - start);
    }

    public void Clear()
    {
        Count = 0;
        Length = 0;
    }

    protected abstract ReadOnlyMemory<byte> Memory(int start, int length);
}
