namespace LlmStack.Tracing;

/// <summary>A running trace: a cheap handle over pooled state. Using it after <see cref="Dispose"/> does nothing and is counted.</summary>
public readonly struct TraceScope : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => throw new NotSupportedException("seam");
}
