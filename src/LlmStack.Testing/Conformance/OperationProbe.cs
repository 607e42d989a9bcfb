using LlmStack.Providers;

namespace LlmStack.Testing;

/// <summary>One operation beside chat: what is asked, what the other side answers, and what must come of it.</summary>
/// <param name="Name">How cases name it.</param>
/// <param name="Answer">What the other side answers.</param>
/// <param name="Expected">What must come of that.</param>
internal sealed record OperationProbe(string Name, CannedOperation Answer, string Expected)
{
    /// <summary>Words of the request that must arrive.</summary>
    public required IReadOnlyList<string> Sent { get; init; }

    /// <summary>Makes the call and returns the whole answer.</summary>
    public required Func<ILlmProvider, ProviderCall, CancellationToken, Task<OperationOutcome>> AskAsync { get; init; }

    /// <summary>Makes the call of a stream and collects it; null for an operation without streams.</summary>
    public Func<ILlmProvider, ProviderCall, CancellationToken, Task<OperationOutcome>>? StreamAsync { get; init; }

    /// <summary>An answer that has too little; null where any answer is enough.</summary>
    public CannedOperation? Short { get; init; }

    public ConformanceOperations Operation => Answer.Operation;

    /// <summary>The operation's face of a provider.</summary>
    public static T Face<T>(ILlmProvider provider)
        where T : class =>
        provider.GetService(typeof(T)) as T
        ?? throw new ConformanceException($"GetService(typeof({typeof(T).Name})) must return the provider's face, because the fixture's Operations name it.");
}
