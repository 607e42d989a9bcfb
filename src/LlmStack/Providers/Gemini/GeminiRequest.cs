using LlmStack.Providers.Http;

namespace LlmStack.Providers.Gemini;

/// <summary>A written request, and what its answer has to be read with.</summary>
internal sealed class GeminiRequest(PooledBuffer body) : IDisposable
{
    public PooledBuffer Body { get; } = body;

    public void Dispose() => Body.Dispose();
}
