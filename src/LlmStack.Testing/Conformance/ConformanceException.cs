namespace LlmStack.Testing;

/// <summary>A provider does not do what every provider must; the message says what was expected and what happened.</summary>
public sealed class ConformanceException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">What was expected, and what happened.</param>
    /// <param name="innerException">What was thrown instead, or null.</param>
    public ConformanceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
