using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LlmStack.FaultRuns;

/// <summary>Which spans arrived, and whether every repeat had the same bytes as the first.</summary>
internal sealed class SpanLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, ulong> _spans = [];

    public int Distinct
    {
        get
        {
            lock (_lock)
            {
                return _spans.Count;
            }
        }
    }

    public long Repeats { get; private set; }

    /// <summary>Repeats whose bytes were others.</summary>
    public long Changed { get; private set; }

    public void Add(ulong id, ReadOnlySpan<byte> span)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(span, hash);
        ulong digest = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        lock (_lock)
        {
            if (_spans.TryAdd(id, digest))
            {
                return;
            }

            Repeats++;
            Changed += _spans[id] == digest ? 0 : 1;
        }
    }

    public bool Has(ulong id)
    {
        lock (_lock)
        {
            return _spans.ContainsKey(id);
        }
    }

    /// <summary>Spans here that the other does not have with the same bytes.</summary>
    public int NotIn(SpanLedger other)
    {
        int count = 0;
        foreach ((ulong id, ulong digest) in _spans)
        {
            count += other._spans.TryGetValue(id, out ulong theirs) && theirs == digest ? 0 : 1;
        }

        return count;
    }
}
