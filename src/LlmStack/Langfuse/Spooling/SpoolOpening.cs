namespace LlmStack.Langfuse.Spooling;

/// <summary>What came of opening a segment that lies in the folder.</summary>
internal enum SpoolOpening
{
    /// <summary>It is this process's now.</summary>
    Opened,

    /// <summary>A living process has it.</summary>
    Busy,

    /// <summary>It is of another project, server or form of records.</summary>
    Foreign,

    /// <summary>Its maker was killed before anything was written to it.</summary>
    Empty,

    /// <summary>Nothing says what it holds: its beginning is lost or of an unknown version.</summary>
    Unreadable,

    /// <summary>Somebody else finished it meanwhile.</summary>
    Gone,
}
