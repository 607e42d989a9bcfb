using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing.Simulation;

/// <summary>Stands in for a provider's adapter: answers after virtual time, as the world decides.</summary>
internal sealed class SimulatedProvider(string name, SimulatedWorld world) : ILlmProvider
{
    private readonly ChatMessage _answer = new(ChatRole.Assistant, "simulated");
    private readonly Stack<SimulatedAttempt> _idle = new();

    public SimulatedWorld World { get; } = world;

    public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        SimulatedOutcome outcome = Begin(call);
        SimulatedAttempt attempt = _idle.TryPop(out SimulatedAttempt? pooled) ? pooled : new SimulatedAttempt(this);
        return attempt.Start(call, outcome, InputTokensOf(messages), cancellationToken);
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        new SimulatedStream(this, call, Begin(call), InputTokensOf(messages), cancellationToken);

    public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Return(SimulatedAttempt attempt) => _idle.Push(attempt);

    public ChatResponse Answer(int inputTokens, int outputTokens) => new RoutedChatResponse(_answer)
    {
        FinishReason = ChatFinishReason.Stop,
        Usage = Usage(inputTokens, outputTokens),
    };

    public static UsageDetails Usage(int inputTokens, int outputTokens) => new()
    {
        InputTokenCount = inputTokens,
        OutputTokenCount = outputTokens,
        TotalTokenCount = inputTokens + outputTokens,
    };

    public LlmException Failure(LlmErrorKind kind, TimeSpan? retryAfter) => new(kind, "Fails as the scenario says.")
    {
        StatusCode = ScriptedPlan.StatusOf(kind),
        RetryAfter = retryAfter,
        Provider = name,
    };

    private SimulatedOutcome Begin(ProviderCall call)
    {
        call.Report.RequestSent = true;
        return World.Begin(call.DeploymentId, name);
    }

    private static int InputTokensOf(IReadOnlyList<ChatMessage> messages)
    {
        int characters = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            characters += messages[i].Contents is [TextContent only] ? only.Text.Length : messages[i].Text.Length;
        }

        return Math.Max(1, characters / 4);
    }
}
