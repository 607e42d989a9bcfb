using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>Spans waiting to be sent, in memory or in the spool. What does not say otherwise is for the lane's loop alone.</summary>
internal interface IBatchQueue : IDisposable
{
    /// <summary>Spans waiting. From any thread.</summary>
    long Spans { get; }

    /// <summary>The bytes they occupy. From any thread.</summary>
    long Bytes { get; }

    /// <summary>Batches undelivered for so long are dropped.</summary>
    TimeSpan MaxAge { get; }

    bool HasBatch { get; }

    /// <summary>Keeps the span, or counts it as turned away; false leaves both to another queue. From any thread.</summary>
    bool TryAdd(SpanRecord record);

    SpanBatch? Peek();

    /// <summary>Some spans of the first batch are settled: their room is free.</summary>
    void Settled(SpanBatch batch, int spans, long bytes);

    /// <summary>Removes the first batch, all of whose spans are settled.</summary>
    void Dequeue();

    /// <summary>Accepted spans that were counted as dropped while batches were made, since the last time somebody asked.</summary>
    int TakeSkipped();

    /// <summary>Makes what is there ready to be sent, and returns how many spans were accepted so far. From any thread.</summary>
    long CloseBatch();

    /// <summary>Turns away everything from now on. From any thread.</summary>
    void Stop();
}
