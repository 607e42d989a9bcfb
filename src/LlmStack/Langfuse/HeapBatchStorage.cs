using System.Collections.Concurrent;

namespace LlmStack.Langfuse;

/// <summary>Batches on the heap; a few buffers of ordinary size are kept for the next ones.</summary>
internal sealed class HeapBatchStorage(int maxBatchBytes)
{
    private const int InitialCapacity = 64 * 1024;
    private const int Kept = 8;
    private readonly ConcurrentQueue<HeapBatchBuffer> _idle = new();

    public HeapBatchBuffer Rent() => _idle.TryDequeue(out HeapBatchBuffer? buffer) ? buffer : new HeapBatchBuffer(InitialCapacity);

    /// <summary>Takes a buffer back after everything in it was delivered or dropped.</summary>
    public void Return(BatchBuffer buffer)
    {
        // A buffer that one huge span blew up would otherwise stay that large for ever.
        if (buffer is HeapBatchBuffer heap && heap.Capacity <= Math.Max(InitialCapacity, maxBatchBytes * 2L) && _idle.Count < Kept)
        {
            heap.Clear();
            _idle.Enqueue(heap);
        }
    }
}
