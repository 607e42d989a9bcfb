namespace LlmStack.Routing;

/// <summary>Why an attempt was made.</summary>
public enum AttemptRole
{
    /// <summary>The first one, a repetition, or a fallback.</summary>
    Usual = 0,

    /// <summary>Beside a slow one.</summary>
    Hedge,

    /// <summary>One of several that started together.</summary>
    Race,

    /// <summary>Asked whether a cheap answer is good enough.</summary>
    Judge,
}
