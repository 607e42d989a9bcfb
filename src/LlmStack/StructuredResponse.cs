using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>An answer read as a <typeparamref name="T"/>.</summary>
/// <typeparam name="T">The type asked for.</typeparam>
public sealed class StructuredResponse<T>
{
    internal StructuredResponse(ChatResponse response, T value)
    {
        Response = response;
        Value = value;
    }

    /// <summary>The answer as it came, with usage and route.</summary>
    public ChatResponse Response { get; }

    /// <summary>The value that was read from it.</summary>
    public T Value { get; }
}
