using System.Buffers;

namespace LlmStack.Tracing;

/// <summary>
/// A growable pooled buffer that keeps at most <see cref="Limit"/> bytes and only counts the rest, so that a writer of any size
/// can run over it in bounded memory.
/// </summary>
internal sealed class ContentBuffer : IBufferWriter<byte>
{
    // A record keeps its buffers while it rests in the pool; larger ones go back to the shared pool.
    private const int RetainedBytes = 16 * 1024;
    private const int SmallestArray = 256;

    private byte[] _array = [];
    private long _total;

    /// <summary>How many bytes are kept at most.</summary>
    public int Limit { get; set; } = int.MaxValue;

    /// <summary>How many bytes were written, those not kept included.</summary>
    public long Total => _total;

    public int Length => (int)Math.Min(_total, Limit);

    public bool IsOverLimit => _total > Limit;

    public ReadOnlySpan<byte> Written => _array.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _array.AsMemory(0, Length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        int position = Length;
        int kept = Math.Min(bytes.Length, Limit - position);
        if (kept > 0)
        {
            Ensure(position + kept);
            bytes[..kept].CopyTo(_array.AsSpan(position));
        }

        _total += bytes.Length;
    }

    public void Advance(int count) => _total += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int position = Length;
        Ensure(position + Math.Max(sizeHint, SmallestArray));
        return _array.AsMemory(position);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        int position = Length;
        Ensure(position + Math.Max(sizeHint, 1));
        return _array.AsSpan(position);
    }

    /// <summary>Takes over what <paramref name="other"/> holds and leaves it empty.</summary>
    public void Swap(ContentBuffer other)
    {
        (_array, other._array) = (other._array, _array);
        (_total, other._total) = (other._total, _total);
    }

    public void CopyFrom(ContentBuffer other)
    {
        _total = 0;
        Write(other.Written);
        _total = other._total;
    }

    /// <summary>Counts bytes that nobody needs to write, because the limit has been passed.</summary>
    public void CountOnly(long bytes) => _total += bytes;

    public void Clear()
    {
        _total = 0;
        if (_array.Length > RetainedBytes)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = [];
        }
    }

    private void Ensure(int size)
    {
        if (size <= _array.Length)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(size, Math.Max(SmallestArray, (int)Math.Min(_array.Length * 2L, Array.MaxLength))));
        _array.AsSpan(0, Length).CopyTo(larger);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
    }
}
