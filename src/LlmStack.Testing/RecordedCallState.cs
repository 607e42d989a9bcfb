namespace LlmStack.Testing;

/// <summary>How far a recorded call is.</summary>
public enum RecordedCallState
{
    /// <summary>Under way.</summary>
    Running = 0,

    /// <summary>Answered in full.</summary>
    Completed,

    /// <summary>Failed as the script says.</summary>
    Failed,

    /// <summary>Its token was cancelled: by the caller, by a timeout, or by losing a race.</summary>
    Cancelled,

    /// <summary>The stream's enumeration was broken off.</summary>
    Abandoned,
}
