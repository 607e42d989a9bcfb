namespace LlmStack.Langfuse.Spooling;

/// <summary>What one spool of one kind of records is told.</summary>
/// <param name="Identity">Whose records.</param>
/// <param name="Form">What the records are; bytes of another form are left alone.</param>
/// <param name="SegmentBytes">The length of a segment.</param>
/// <param name="MaxBytes">What all segments of the identity may occupy.</param>
/// <param name="MaxAge">Older records are dropped.</param>
/// <param name="MaxBatchRecords">So many records are ready to be sent without waiting for more.</param>
/// <param name="MaxBatchBytes">So many bytes likewise.</param>
/// <param name="Spares">Segments that are made ahead of need.</param>
/// <param name="FlushInterval">The longest a record waits for more.</param>
internal sealed record SpoolSettings(
    SpoolIdentity Identity,
    string Form,
    int SegmentBytes,
    long MaxBytes,
    TimeSpan MaxAge,
    int MaxBatchRecords,
    int MaxBatchBytes,
    int Spares,
    TimeSpan FlushInterval);
