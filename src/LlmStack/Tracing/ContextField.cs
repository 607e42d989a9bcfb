namespace LlmStack.Tracing;

/// <summary>One field of <see cref="LlmContext"/> that has a text.</summary>
/// <param name="Name">The name in options.</param>
/// <param name="BaggageKey">The key in W3C baggage.</param>
/// <param name="Get">Reads it.</param>
/// <param name="With">A context with it.</param>
internal sealed record ContextField(string Name, string BaggageKey, Func<LlmContext, string?> Get, Func<LlmContext, string, LlmContext> With);
