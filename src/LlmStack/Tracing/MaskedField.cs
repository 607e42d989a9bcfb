namespace LlmStack.Tracing;

/// <summary>Where a text that is to be masked was found.</summary>
public enum MaskedField
{
    /// <summary>The input of a span.</summary>
    Input = 0,

    /// <summary>The output of a span.</summary>
    Output,

    /// <summary>A value of a span's metadata.</summary>
    Metadata,

    /// <summary>The status message of a span.</summary>
    StatusMessage,

    /// <summary>The text or the comment of a score.</summary>
    Score,

    /// <summary>A user id, tag or metadata value of the trace.</summary>
    Label,
}
