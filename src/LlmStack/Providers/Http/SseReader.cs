using System.Buffers;

namespace LlmStack.Providers.Http;

/// <summary>Cuts a byte stream into server-sent events without copying: an event's data is a slice of the read buffer.</summary>
/// <remarks>
/// The caller alternates <see cref="TryRead"/> and <see cref="FillAsync"/>, so that waiting for bytes costs no state
/// machine of its own. Every byte is looked at once.
/// </remarks>
/// <param name="stream">The bytes.</param>
/// <param name="maxEventBytes">The longest event.</param>
/// <param name="lines">Whether every line is an event of its own, as in newline-delimited JSON.</param>
internal sealed class SseReader(Stream stream, int maxEventBytes, bool lines = false) : IEventReader
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(8192);
    private int _lineStart;
    private int _scanned;
    private int _end;
    private int _dataStart = -1;
    private int _dataEnd;
    private bool _errorName;
    private bool _skipLineFeed;
    private bool _atStart = true;
    private bool _ended;
    private bool _disposed;
    private int _eventStart;
    private int _eventEnd;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The data of the current event, several lines joined by LF; valid until the next <see cref="TryRead"/> or <see cref="FillAsync"/>.</summary>
    public Span<byte> Data => _buffer.AsSpan(_eventStart, _eventEnd - _eventStart);

    /// <summary>Whether the current event is named <c>error</c>, or is the <c>error:</c> line of old llama.cpp servers.</summary>
    public bool IsError { get; private set; }

    /// <summary>Whether the current event ended without its blank line because the stream ended: it may be cut.</summary>
    public bool IsUnterminated { get; private set; }

    /// <summary>Whether the stream has ended; <see cref="TryRead"/> may still give a last event.</summary>
    public bool Ended => _ended;

    /// <summary>Whether any byte arrived.</summary>
    public bool AnyBytes { get; private set; }

    /// <summary>The first byte that is neither space nor padding, once it has arrived: what tells events from a JSON body or a page.</summary>
    public bool TryPeek(out byte first)
    {
        int at = _lineStart;
        if (_end - at < 3 && !_ended && _end > at && _buffer[at] == 0xEF)
        {
            first = 0;
            return false;
        }

        if (_buffer.AsSpan(at, _end - at).StartsWith(ByteOrderMark))
        {
            at += 3;
        }

        for (; at < _end; at++)
        {
            if (_buffer[at] is not (0 or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                first = _buffer[at];
                return true;
            }
        }

        first = 0;
        return false;
    }

    /// <summary>Everything that arrived and was not yet read as events.</summary>
    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_lineStart, _end - _lineStart);

    /// <summary>Moves to the next event that has data; false when more bytes are needed, or none will come.</summary>
    public bool TryRead()
    {
        while (TryTakeLine(out int start, out int end))
        {
            if (start == end)
            {
                if (Dispatch(unterminated: false))
                {
                    return true;
                }

                continue;
            }

            if (TakeField(start, end))
            {
                return true;
            }
        }

        if (!_ended)
        {
            return false;
        }

        if (_lineStart < _end)
        {
            int start = _lineStart;
            _lineStart = _scanned = _end;
            if (TakeField(start, _end))
            {
                IsUnterminated |= lines;
                return true;
            }
        }

        return Dispatch(unterminated: true);
    }

    /// <summary>Reads more bytes; pass the result to <see cref="Filled"/>.</summary>
    public ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        return stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
    }

    public void Filled(int count)
    {
        if (count <= 0)
        {
            _ended = true;
            return;
        }

        AnyBytes = true;
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
        _end = _lineStart = _scanned = _eventStart = _eventEnd = 0;
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private bool TryTakeLine(out int start, out int end)
    {
        if (_atStart && !SkipByteOrderMark())
        {
            start = end = 0;
            return false;
        }

        if (_skipLineFeed && _lineStart < _end)
        {
            // The CR already ended the line; an LF right behind it belongs to it, even when it came in another read.
            _skipLineFeed = false;
            if (_buffer[_lineStart] == (byte)'\n')
            {
                _lineStart++;
                _scanned = Math.Max(_scanned, _lineStart);
            }
        }

        int found = _buffer.AsSpan(_scanned, _end - _scanned).IndexOfAny((byte)'\r', (byte)'\n');
        if (found < 0)
        {
            _scanned = _end;
            start = end = 0;
            return false;
        }

        start = _lineStart;
        end = _scanned + found;
        _skipLineFeed = _buffer[end] == (byte)'\r';
        _lineStart = _scanned = end + 1;
        return true;
    }

    private bool SkipByteOrderMark()
    {
        ReadOnlySpan<byte> head = _buffer.AsSpan(_lineStart, _end - _lineStart);
        if (head.Length < 3 && !_ended && ByteOrderMark.StartsWith(head))
        {
            return false;
        }

        if (head.StartsWith(ByteOrderMark))
        {
            _lineStart += 3;
            _scanned = Math.Max(_scanned, _lineStart);
        }

        _atStart = false;
        return true;
    }

    private bool TakeField(int start, int end)
    {
        while (start < end && _buffer[start] == 0)
        {
            start++;
        }

        ReadOnlySpan<byte> line = _buffer.AsSpan(start, end - start);
        if (lines)
        {
            AppendData(start, end);
            return Dispatch(unterminated: false);
        }

        if (line.StartsWith("data:"u8))
        {
            int at = start + 5;
            if (at < end && _buffer[at] == (byte)' ')
            {
                at++;
            }

            AppendData(at, end);
        }
        else if (line.StartsWith("event:"u8))
        {
            _errorName = line[6..].Trim((byte)' ').SequenceEqual("error"u8);
        }
        else if (line.StartsWith("error:"u8))
        {
            _errorName = true;
            AppendData(start + 6, end);
            return Dispatch(unterminated: false);
        }

        return false;
    }

    private void AppendData(int start, int end)
    {
        if (_dataStart < 0)
        {
            _dataStart = start;
            _dataEnd = end;
            return;
        }

        // The joined text is shorter than the lines it comes from, so it is joined where it lies.
        _buffer[_dataEnd++] = (byte)'\n';
        _buffer.AsSpan(start, end - start).CopyTo(_buffer.AsSpan(_dataEnd));
        _dataEnd += end - start;
    }

    private bool Dispatch(bool unterminated)
    {
        bool any = _dataStart >= 0 && _dataEnd > _dataStart;
        if (any)
        {
            _eventStart = _dataStart;
            _eventEnd = _dataEnd;
            IsError = _errorName;
            IsUnterminated = unterminated;
        }

        _dataStart = -1;
        _errorName = false;
        return any;
    }

    private void MakeRoom()
    {
        int keep = _dataStart >= 0 ? _dataStart : _lineStart;
        if (keep > 0)
        {
            _buffer.AsSpan(keep, _end - keep).CopyTo(_buffer);
            _end -= keep;
            _lineStart -= keep;
            _scanned -= keep;
            if (_dataStart >= 0)
            {
                _dataStart -= keep;
                _dataEnd -= keep;
            }

            _eventStart = _eventEnd = 0;
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
