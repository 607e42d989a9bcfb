using System.Buffers;
using System.Buffers.Binary;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Bedrock;

/// <summary>Cuts a byte stream into AWS's event-stream frames, and checks both checksums of each.</summary>
/// <remarks>A frame: total length, length of the headers, checksum of these eight bytes, headers, payload, checksum of all before it.</remarks>
internal sealed class EventStreamReader(Stream stream, int maxEventBytes) : IEventReader
{
    private const int Prelude = 12;
    private const int Trailer = 4;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(8192);
    private int _start;
    private int _end;
    private int _dataStart;
    private int _dataEnd;
    private bool _disposed;

    public Span<byte> Data => _buffer.AsSpan(_dataStart, _dataEnd - _dataStart);

    public bool IsError => Headers.IsFailure;

    /// <summary>Frames say how long they are, so that none is read before it is whole.</summary>
    public bool IsUnterminated => false;

    public bool Ended { get; private set; }

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The headers of the current frame.</summary>
    public EventStreamHeaders Headers { get; private set; }

    public bool TryPeek(out byte first)
    {
        first = _end > _start ? _buffer[_start] : (byte)0;
        return _end > _start;
    }

    public bool TryRead()
    {
        ReadOnlySpan<byte> unread = Unread;
        if (unread.Length < Prelude)
        {
            return false;
        }

        uint total = BinaryPrimitives.ReadUInt32BigEndian(unread);
        uint headers = BinaryPrimitives.ReadUInt32BigEndian(unread[4..]);
        if (Crc32.Of(unread[..8]) != BinaryPrimitives.ReadUInt32BigEndian(unread[8..]))
        {
            throw Broken("a frame whose prelude has a wrong checksum");
        }

        if (total < Prelude + Trailer || total > maxEventBytes || headers > total - Prelude - Trailer)
        {
            throw Broken($"a frame of {total} bytes with {headers} bytes of headers; allowed are up to {maxEventBytes} bytes");
        }

        int length = (int)total;
        if (unread.Length < length)
        {
            return false;
        }

        if (Crc32.Of(unread[..(length - Trailer)]) != BinaryPrimitives.ReadUInt32BigEndian(unread[(length - Trailer)..]))
        {
            throw Broken("a frame with a wrong checksum");
        }

        int payload = Prelude + (int)headers;
        Headers = EventStreamHeaders.Read(unread[Prelude..payload]) ?? throw Broken("a frame with headers that cannot be read");
        _dataStart = _start + payload;
        _dataEnd = _start + length - Trailer;
        _start += length;
        return true;
    }

    public ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        return stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
    }

    public void Filled(int count)
    {
        if (count <= 0)
        {
            Ended = true;
            return;
        }

        _end += count;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        byte[] buffer = _buffer;
        _buffer = [];
        _start = _end = _dataStart = _dataEnd = 0;
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static BrokenStreamException Broken(string what) => new(LlmErrorKind.Network, what);

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
            _dataStart = _dataEnd = 0;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        if (_end >= maxEventBytes)
        {
            throw BrokenStreamException.TooLong(maxEventBytes);
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
