using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LlmStack.Langfuse.Spooling;

/// <summary>
/// One file of the spool: a page of header, a table of slots, and the records one behind the other, as they will be sent. One slot for a record:
/// offset, length, time, checksum of the record, checksum of the slot. The slot's own checksum is written last and makes the record count.
/// </summary>
/// <remarks>
/// The open file holds an exclusive lock that ends with the process, so that a dead process's segments are taken over by exactly one other.
/// Every byte is allocated before the file is mapped: writing to a mapped page that the disk has no room for would end the process.
/// </remarks>
internal sealed class SpoolSegment : IDisposable
{
    private readonly Lock _mapping = new();
    private readonly FileStream _file;
    private readonly SpoolHeader _header;
    private readonly int _length;
    private MappedMemory? _map;
    private int _pins;
    private int _committed;
    private int _dataEnd;
    private int _unsynced;
    private bool _isWritten;

    private SpoolSegment(FileStream file, in SpoolHeader header, int length)
    {
        _file = file;
        _header = header;
        _length = length;
        _dataEnd = header.DataOffset;
    }

    public string Path => _file.Name;

    /// <summary>The bytes on disk.</summary>
    public int Length => _length;

    /// <summary>Records written, damaged ones included.</summary>
    public int Committed => Volatile.Read(ref _committed);

    /// <summary>Records from the beginning that are delivered or dropped.</summary>
    public int Position { get; private set; }

    public bool HasSlot => _committed < _header.Slots;

    /// <summary>What one record may take in an empty segment.</summary>
    public int Capacity => _header.Length - _header.DataOffset;

    /// <summary>Written to since <see cref="Sync"/>.</summary>
    public bool IsUnsynced => Volatile.Read(ref _unsynced) != 0;

    /// <summary>The bytes behind the committed records. For the writer, who keeps the segment pinned.</summary>
    public Span<byte> Free => _map!.GetSpan()[_dataEnd..];

    /// <summary>The bytes of the committed records.</summary>
    public int DataBytes => _dataEnd - _header.DataOffset;

    /// <summary>Makes a new segment, every byte of it allocated.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Its first page.</param>
    /// <param name="mayReserve">Whether room that the file system says is there, is there; otherwise every byte is written.</param>
    /// <exception cref="IOException">There is no room.</exception>
    public static SpoolSegment Create(string path, in SpoolHeader header, bool mayReserve)
    {
        FileStream file = SpoolDirectory.OpenFile(path, FileMode.CreateNew, OperatingSystem.IsLinux() ? 0 : header.Length);
        try
        {
            var segment = new SpoolSegment(file, header, header.Length);
            if (!mayReserve || !SpoolAllocation.TryAllocate(file.SafeFileHandle, path, header.Length))
            {
                segment.Fill();
            }

            Span<byte> first = stackalloc byte[SpoolHeader.Size];
            first.Clear();
            header.Write(first);
            segment.WritePosition(first, 0);
            RandomAccess.Write(file.SafeFileHandle, first, 0);

            // Between making the file and locking it, somebody who looks for what dead processes left may have taken it for such a one.
            if (!File.Exists(path))
            {
                throw new IOException($"'{path}' was removed while it was made");
            }

            segment._unsynced = 1;
            return segment;
        }
        catch
        {
            File.Delete(path);
            file.Dispose();
            throw;
        }
    }

    /// <summary>Brings a new segment into memory, so that its writer meets no page that is not there. Before anybody writes to it.</summary>
    /// <exception cref="IOException">The disk does not let it.</exception>
    public void Prepare()
    {
        if (!_isWritten)
        {
            // In large pieces, which is cheaper than page by page at the first touch.
            Fill();
        }

        Pin();
        _map!.Touch();
        Unpin();
    }

    /// <summary>Takes over a segment that nobody has, whatever state it is in.</summary>
    public static SpoolOpening TryOpen(string path, SpoolIdentity identity, string form, out SpoolSegment? segment)
    {
        segment = null;
        FileStream file;
        try
        {
            file = SpoolDirectory.OpenFile(path, FileMode.Open, 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return SpoolOpening.Gone;
        }
        catch (IOException)
        {
            return SpoolOpening.Busy;
        }
        catch (UnauthorizedAccessException)
        {
            return SpoolOpening.Foreign;
        }

        SpoolOpening opening = Read(file, identity, form, out segment);
        if (segment is null)
        {
            // Where making and locking are two steps, its maker may live and be about to lock it: it is removed while that fails.
            bool isLockedApart = !OperatingSystem.IsWindows();
            if (opening == SpoolOpening.Empty && isLockedApart)
            {
                SpoolFiles.Remove(path);
            }

            file.Dispose();
            if (opening == SpoolOpening.Empty && !isLockedApart)
            {
                SpoolFiles.Remove(path);
            }
        }

        return opening;
    }

    /// <summary>Makes the <paramref name="length"/> bytes behind the committed records one of them. For the writer alone.</summary>
    public void Commit(int length, long unixMilliseconds)
    {
        Span<byte> map = _map!.GetSpan();
        Span<byte> slot = Slot(map, _committed);
        BinaryPrimitives.WriteInt32LittleEndian(slot, _dataEnd);
        BinaryPrimitives.WriteInt32LittleEndian(slot[4..], length);
        BinaryPrimitives.WriteInt64LittleEndian(slot[8..], unixMilliseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[16..], SpoolChecksum.Of(map.Slice(_dataEnd, length), _header.Nonce));
        uint check = Check(slot, _committed);

        // A process that is killed here leaves a slot without its check: a record whose writer never heard that it was kept.
        Volatile.Write(ref MemoryMarshal.AsRef<uint>(slot[20..]), BitConverter.IsLittleEndian ? check : BinaryPrimitives.ReverseEndianness(check));
        _dataEnd += length;
        Volatile.Write(ref _unsynced, 1);
        Volatile.Write(ref _committed, _committed + 1);
    }

    /// <summary>Where a record stands, for whoever keeps the segment pinned; false when it is damaged.</summary>
    public bool TryRead(int record, out int offset, out int length, out long unixMilliseconds)
    {
        ReadOnlySpan<byte> map = _map!.GetSpan();
        ReadOnlySpan<byte> slot = map.Slice(SpoolHeader.Size + (record * SpoolHeader.SlotSize), SpoolHeader.SlotSize);
        offset = BinaryPrimitives.ReadInt32LittleEndian(slot);
        length = BinaryPrimitives.ReadInt32LittleEndian(slot[4..]);
        unixMilliseconds = BinaryPrimitives.ReadInt64LittleEndian(slot[8..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(slot[20..]) == Check(slot, record)
            && offset >= _header.DataOffset && length > 0 && length <= map.Length - (long)offset
            && BinaryPrimitives.ReadUInt32LittleEndian(slot[16..]) == SpoolChecksum.Of(map.Slice(offset, length), _header.Nonce);
    }

    /// <summary>Bytes of the file, for as long as the segment is pinned.</summary>
    public ReadOnlyMemory<byte> Bytes(int offset, int length) => _map!.Memory.Slice(offset, length);

    /// <summary>Remembers that everything before <paramref name="record"/> is done with. For the reader, who keeps the segment pinned.</summary>
    public void Settle(int record)
    {
        Position = record;
        WritePosition(_map!.GetSpan(), record);
        Volatile.Write(ref _unsynced, 1);
    }

    /// <summary>Maps the file, if it is not, until <see cref="Unpin"/>.</summary>
    public void Pin()
    {
        lock (_mapping)
        {
            _map ??= new MappedMemory(_file, _length);
            _pins++;
        }
    }

    public void Unpin()
    {
        lock (_mapping)
        {
            _pins--;
        }
    }

    /// <summary>Gives the memory back while nobody has the segment pinned; it is mapped again when it is needed.</summary>
    public void Unmap()
    {
        lock (_mapping)
        {
            if (_pins == 0 && _map is IDisposable map)
            {
                _map = null;
                map.Dispose();
            }
        }
    }

    /// <summary>Brings what was written to the disk itself, for the day the power fails. Never on a caller's thread.</summary>
    public void Sync()
    {
        Volatile.Write(ref _unsynced, 0);
        if (OperatingSystem.IsWindows())
        {
            FlushMapped();
        }

        RandomAccess.FlushToDisk(_file.SafeFileHandle);
    }

    private void FlushMapped()
    {
        MappedMemory? map;
        lock (_mapping)
        {
            map = _map;
            if (map is null)
            {
                return;
            }

            // Whoever leaves the segment meanwhile does not wait for the disk.
            _pins++;
        }

        try
        {
            map.Flush();
        }
        finally
        {
            Unpin();
        }
    }

    /// <summary>Removes the file; everything in it is delivered or dropped.</summary>
    public void Delete()
    {
        string path = Path;
        if (OperatingSystem.IsWindows())
        {
            Dispose();
            File.Delete(path);
        }
        else
        {
            try
            {
                // Before the lock is given up: nobody else finds it.
                File.Delete(path);
            }
            finally
            {
                Dispose();
            }
        }
    }

    /// <summary>Gives the file up with what it holds, without the room that was not used.</summary>
    public void Leave()
    {
        lock (_mapping)
        {
            if (OperatingSystem.IsWindows())
            {
                _map?.Flush();
            }

            (_map as IDisposable)?.Dispose();
            _map = null;
            RandomAccess.SetLength(_file.SafeFileHandle, Math.Min(_length, _dataEnd));
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
            _file.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_mapping)
        {
            (_map as IDisposable)?.Dispose();
            _map = null;
            _file.Dispose();
        }
    }

    private static SpoolOpening Read(FileStream file, SpoolIdentity identity, string form, out SpoolSegment? segment)
    {
        segment = null;
        Span<byte> start = stackalloc byte[SpoolHeader.Size + SpoolHeader.SlotSize];
        start = start[..RandomAccess.Read(file.SafeFileHandle, start, 0)];
        if (!SpoolHeader.TryRead(start, out SpoolHeader header))
        {
            return start.ContainsAnyExcept((byte)0) ? SpoolOpening.Unreadable : SpoolOpening.Empty;
        }

        if (header.Identity != identity || header.Form != form)
        {
            return SpoolOpening.Foreign;
        }

        int length = (int)Math.Min(header.Length, file.Length);
        segment = new SpoolSegment(file, header, length);
        segment.Recover();
        return SpoolOpening.Opened;
    }

    private void Fill()
    {
        SpoolAllocation.WriteZeros(_file.SafeFileHandle, SpoolHeader.Size, _length);
        _isWritten = true;
    }

    private static Span<byte> Slot(Span<byte> map, int record) => map.Slice(SpoolHeader.Size + (record * SpoolHeader.SlotSize), SpoolHeader.SlotSize);

    private uint Check(ReadOnlySpan<byte> slot, int record) => SpoolChecksum.Of(slot[..20], _header.Nonce ^ (uint)record);

    /// <summary>
    /// Finds how far the table of slots goes: to the last one that is whole, and those that follow it without a gap and are damaged. What is
    /// damaged before is found when it is read; a flipped byte far behind is no record.
    /// </summary>
    private void Recover()
    {
        if (_length <= SpoolHeader.Size)
        {
            return;
        }

        Pin();
        Span<byte> map = _map!.GetSpan();
        int slots = Math.Min(_header.Slots, (_length - SpoolHeader.Size) / SpoolHeader.SlotSize);
        int whole = slots;
        while (whole > 0 && BinaryPrimitives.ReadUInt32LittleEndian(Slot(map, whole - 1)[20..]) != Check(Slot(map, whole - 1), whole - 1))
        {
            whole--;
        }

        // A slot without its check is of a writer that was killed before the record counted.
        int end = whole;
        while (end < slots && BinaryPrimitives.ReadUInt32LittleEndian(Slot(map, end)[20..]) != 0)
        {
            end++;
        }

        _committed = end;
        _dataEnd = _length;
        Position = ReadPosition(map);
        Unpin();
    }

    private int ReadPosition(ReadOnlySpan<byte> map)
    {
        int position = BinaryPrimitives.ReadInt32LittleEndian(map[SpoolHeader.PositionOffset..]);
        uint check = BinaryPrimitives.ReadUInt32LittleEndian(map[(SpoolHeader.PositionOffset + 4)..]);

        // A lost position costs repeats, which are the same bytes; a wrong one would cost records.
        return position >= 0 && position <= _committed && check == PositionCheck(position) ? position : 0;
    }

    private uint PositionCheck(int position) => BitOperations.Crc32C(_header.Nonce, (uint)position);

    private void WritePosition(Span<byte> map, int position)
    {
        // Both at once, so that a process that is killed leaves the old or the new.
        ulong value = (uint)position | ((ulong)PositionCheck(position) << 32);
        ref ulong field = ref MemoryMarshal.AsRef<ulong>(map[SpoolHeader.PositionOffset..]);
        Volatile.Write(ref field, BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value));
    }
}
