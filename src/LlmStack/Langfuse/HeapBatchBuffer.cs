namespace LlmStack.Langfuse;

/// <summary>A batch in one growing array.</summary>
internal sealed class HeapBatchBuffer(int capacity) : BatchBuffer, IEncodeBuffer
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);

    public int Capacity => _bytes.Length;

    public Span<byte> GetFree(int minimum) =>
        _bytes.Length - Length >= minimum ? _bytes.AsSpan(Length) : Grow(0, minimum);

    public Span<byte> Grow(int written, int minimum)
    {
        int used = Length + written;
        int needed = checked(used + minimum);
        byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, Math.Max(needed, _bytes.Length * 2L)));
        _bytes.AsSpan(0, used).CopyTo(larger);
        _bytes = larger;
        return _bytes.AsSpan(Length);
    }

    protected override ReadOnlyMemory<byte> Memory(int start, int length) => _bytes.AsMemory(start, length);
}
