using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>
/// Where an adapter leaves a copy of what it sends and receives, as UTF-8 JSON, so that the trace needs no second
/// serialisation.
/// </summary>
/// <remarks>Calls copy at once; the spans may be over pooled memory.</remarks>
[Experimental("LLMSTACK001")]
public interface IContentCapture
{
    /// <summary>Whether anybody wants the content. When false, the other members do nothing.</summary>
    bool IsEnabled { get; }

    /// <summary>Whether an input was already captured for this attempt.</summary>
    bool HasInput { get; }

    /// <summary>Sets the input: a complete JSON value, OpenAI-shaped (an array of messages, or an object with <c>messages</c> and <c>tools</c>).</summary>
    /// <param name="utf8Json">One JSON value.</param>
    void SetInput(ReadOnlySpan<byte> utf8Json);

    /// <summary>Sets the output: a complete JSON value, OpenAI-shaped (an assistant message).</summary>
    /// <param name="utf8Json">One JSON value.</param>
    void SetOutput(ReadOnlySpan<byte> utf8Json);
}
