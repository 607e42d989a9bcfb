namespace LlmStack.Tracing;

/// <summary>What a message to another process carries so that its spans join the trace.</summary>
/// <param name="TraceParent">The W3C <c>traceparent</c>; null outside a trace.</param>
/// <param name="Baggage">The W3C <c>baggage</c> with the allowed fields of the context; null when there are none.</param>
public readonly record struct TraceCarrier(string? TraceParent, string? Baggage);
