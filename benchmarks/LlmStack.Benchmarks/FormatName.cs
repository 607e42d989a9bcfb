namespace LlmStack.Benchmarks;

/// <summary>The wire formats beside OpenAI's that are measured.</summary>
public enum FormatName
{
    /// <summary>Anthropic Messages.</summary>
    Anthropic,

    /// <summary>Gemini's <c>generateContent</c>.</summary>
    Gemini,
}
