namespace LlmStack.Providers.Fidelity;

/// <summary>How a model's thinking is steered.</summary>
[Flags]
internal enum ThinkingModes
{
    /// <summary>It is not.</summary>
    None = 0,

    /// <summary>By a word for the effort.</summary>
    Effort = 1,

    /// <summary>By a number of tokens.</summary>
    Budget = 2,

    /// <summary>The model decides how much.</summary>
    Adaptive = 4,

    /// <summary>It can be switched off.</summary>
    Disable = 8,

    /// <summary>It may be limited to the time between tool calls.</summary>
    BetweenTools = 16,

    /// <summary>By a level (Gemini 3).</summary>
    Level = 32,

    /// <summary>By switching it on or off.</summary>
    Toggle = 64,

    /// <summary>By a mode of the prompt (Mistral).</summary>
    PromptMode = 128,
}
