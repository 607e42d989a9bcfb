namespace LlmStack.Langfuse;

/// <summary>Why a span or a score was not delivered; each has its own counter.</summary>
internal enum DropReason
{
    QueueFull,
    TooLarge,
    Rejected,
    Expired,
    Shutdown,
    EncodeError,

    /// <summary>No credential belongs to its project.</summary>
    NoProject,

    /// <summary>Its bytes in the spool are not what was written.</summary>
    Damaged,
}
