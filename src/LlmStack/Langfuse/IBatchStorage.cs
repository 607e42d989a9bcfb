namespace LlmStack.Langfuse;

/// <summary>Where batches live: on the heap, or in a segment of a file that survives the process.</summary>
internal interface IBatchStorage
{
    BatchBuffer Rent();

    /// <summary>Takes a buffer back after everything in it was delivered or dropped.</summary>
    void Return(BatchBuffer buffer);
}
