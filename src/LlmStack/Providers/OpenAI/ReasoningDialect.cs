namespace LlmStack.Providers.OpenAI;

/// <summary>The ways in which services of the family are told how much to reason.</summary>
internal enum ReasoningDialect
{
    /// <summary><c>reasoning_effort</c> with OpenAI's words.</summary>
    Effort,

    /// <summary><c>thinking</c> with a type <c>enabled</c> or <c>disabled</c>, and <c>reasoning_effort</c> beside it.</summary>
    Thinking,

    /// <summary>An object <c>reasoning</c> with an effort; <c>exclude</c> hides the thoughts.</summary>
    Object,

    /// <summary>An object <c>reasoning</c> with <c>enabled</c>, and <c>reasoning_effort</c> beside it.</summary>
    EnabledObject,

    /// <summary>The chat template's own argument <c>enable_thinking</c>.</summary>
    Template,
}
