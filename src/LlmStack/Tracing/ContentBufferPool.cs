using System.Collections.Concurrent;

namespace LlmStack.Tracing;

/// <summary>A few spare buffers for values that are written before it is known where they belong.</summary>
internal static class ContentBufferPool
{
    private const int MaxSpare = 32;
    private static readonly ConcurrentQueue<ContentBuffer> Spare = new();

    public static ContentBuffer Rent(int limit)
    {
        if (!Spare.TryDequeue(out ContentBuffer? buffer))
        {
            buffer = new ContentBuffer();
        }

        buffer.Limit = limit;
        return buffer;
    }

    public static void Return(ContentBuffer buffer)
    {
        buffer.Clear();
        if (Spare.Count < MaxSpare)
        {
            Spare.Enqueue(buffer);
        }
    }
}
