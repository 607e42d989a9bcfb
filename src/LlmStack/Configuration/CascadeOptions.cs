namespace LlmStack;

/// <summary>Cheap first: an answer of this group is judged, and a better group is asked where it is not good enough. Not for streams.</summary>
public sealed class CascadeOptions
{
    /// <summary>The group that is asked after a rejected answer; required. It may have a cascade of its own.</summary>
    public string? EscalateTo { get; set; }

    /// <summary>The key of a registered <c>IAnswerValidator</c>. Exactly one of this and <see cref="Judge"/>.</summary>
    public string? Validator { get; set; }

    /// <summary>A group that is asked whether the answer serves the request; its cost is the call's.</summary>
    public string? Judge { get; set; }
}
