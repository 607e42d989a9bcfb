using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Anthropic;

/// <summary>A written request, and what its answer has to be read with.</summary>
internal sealed class AnthropicRequest(PooledBuffer body, StructuredPlan plan) : IDisposable
{
    public PooledBuffer Body { get; } = body;

    /// <summary>How an answer in a form was asked for.</summary>
    public StructuredPlan Plan { get; } = plan;

    /// <summary>The tool whose arguments are the answer; null when there is none.</summary>
    public string? SchemaTool => Plan.Method == StructuredMethod.ForcedTool ? StructuredOutput.ToolName : null;

    public void Dispose() => Body.Dispose();
}
