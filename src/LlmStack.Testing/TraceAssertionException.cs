namespace LlmStack.Testing;

/// <summary>A trace is not as a test expects it; the message says what was expected and shows what was recorded.</summary>
public sealed class TraceAssertionException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">What was expected, and what was recorded.</param>
    public TraceAssertionException(string message)
        : base(message)
    {
    }
}
