using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace LlmStack.Langfuse.Spooling;

/// <summary>A file as memory. Bytes of it must not be touched after <see cref="IDisposable.Dispose"/>: whoever reads keeps the segment pinned.</summary>
internal sealed unsafe class MappedMemory : MemoryManager<byte>
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _length;

    public MappedMemory(FileStream file, int length)
    {
        _file = MemoryMappedFile.CreateFromFile(file, mapName: null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.ReadWrite);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
        _length = length;
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
        // Mapped memory does not move.
    }

    /// <summary>Hands changed pages to the file; only Windows needs it before the file itself is flushed.</summary>
    public void Flush() => _view.Flush();

    /// <summary>Makes every page present and writable now, so that the first write to it later is an ordinary one.</summary>
    public void Touch()
    {
        for (int i = 0; i < _length; i += Environment.SystemPageSize)
        {
            Volatile.Write(ref _start[i], _start[i]);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();

            // By itself the view brings everything to the disk first, and waits for it: most of the time of a file that is deleted.
            _view.SafeMemoryMappedViewHandle.Dispose();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
