namespace LlmStack.Tracing;

/// <summary>A running span: a cheap handle over pooled state. Using it after <see cref="Dispose"/> does nothing and is counted.</summary>
public readonly struct SpanScope : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => throw new NotSupportedException("seam");
}
