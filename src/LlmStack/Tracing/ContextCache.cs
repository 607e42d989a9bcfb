namespace LlmStack.Tracing;

/// <summary>What a sink encoded once for a context; see <see cref="LlmContext.Cache"/>.</summary>
internal sealed record ContextCache(LlmContext Owner, byte[] Bytes);
