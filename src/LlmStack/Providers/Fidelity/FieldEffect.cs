namespace LlmStack.Providers.Fidelity;

/// <summary>What is lost when a field is left out.</summary>
internal enum FieldEffect
{
    /// <summary>The answer is drawn differently, and stays an answer to the question.</summary>
    Sampling,

    /// <summary>The answer would be to another question, or in another form.</summary>
    Meaning,
}
