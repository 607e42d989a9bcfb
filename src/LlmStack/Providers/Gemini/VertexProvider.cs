using LlmStack.Providers.Anthropic;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Vertex AI: Claude is spoken to in its own format, every other model in Gemini's.</summary>
internal sealed class VertexProvider(ProviderSetup setup) : ILlmProvider
{
    private readonly GeminiProvider _gemini = new(setup, GeminiProfile.Vertex);
    private readonly AnthropicProvider _claude = new(setup, AnthropicProfile.Vertex);

    public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        Of(call.Model).ChatAsync(call, messages, options, cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        Of(call.Model).ChatStreamingAsync(call, messages, options, cancellationToken);

    public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : _gemini.GetService(serviceType);

    private ILlmProvider Of(string model) => model.StartsWith("claude", StringComparison.OrdinalIgnoreCase) ? _claude : _gemini;
}
