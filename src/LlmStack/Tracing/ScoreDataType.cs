namespace LlmStack.Tracing;

/// <summary>The kinds of score, as Langfuse has them.</summary>
public enum ScoreDataType
{
    /// <summary>A number.</summary>
    Numeric = 0,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>One of a set of words.</summary>
    Categorical,

    /// <summary>Free text of 1 to 500 characters.</summary>
    Text,

    /// <summary>What the output should have been.</summary>
    Correction,
}
