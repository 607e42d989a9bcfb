using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Gemini;

/// <summary>A written request, and what its answer has to be read with.</summary>
internal sealed class GeminiRequest(PooledBuffer body, StructuredPlan plan) : IDisposable
{
    public PooledBuffer Body { get; } = body;

    /// <summary>How an answer in a form was asked for.</summary>
    public StructuredPlan Plan { get; } = plan;

    public void Dispose() => Body.Dispose();
}
