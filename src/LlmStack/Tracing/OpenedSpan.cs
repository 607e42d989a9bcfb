namespace LlmStack.Tracing;

/// <summary>A span made ambient by what runs beside our own scopes.</summary>
/// <param name="Record">The span; null when it is sampled out.</param>
/// <param name="Scope">The scope to close.</param>
internal sealed record OpenedSpan(SpanRecord? Record, AmbientScope Scope);
