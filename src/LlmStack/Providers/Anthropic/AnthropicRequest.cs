using LlmStack.Providers.Http;

namespace LlmStack.Providers.Anthropic;

/// <summary>A written request, and what its answer has to be read with.</summary>
internal sealed class AnthropicRequest(PooledBuffer body) : IDisposable
{
    public PooledBuffer Body { get; } = body;

    /// <summary>The tool whose arguments are the structured answer; null when there is none.</summary>
    public string? SchemaTool { get; init; }

    public void Dispose() => Body.Dispose();
}
