using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.DependencyInjection;

/// <summary>Stands for the default estimator.</summary>
internal sealed class UnwiredTokenEstimator : ITokenEstimator
{
    public int EstimateTokens(IReadOnlyList<ChatMessage> messages, ChatOptions? options) => throw new NotSupportedException("seam");

    public int EstimateTokens(ReadOnlySpan<char> text) => throw new NotSupportedException("seam");

    public void Observe(string model, int estimated, long reported) => throw new NotSupportedException("seam");
}
