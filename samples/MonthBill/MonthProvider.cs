using System.Runtime.CompilerServices;
using LlmStack;
using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace MonthBill;

/// <summary>A provider without a network: its answers say what they used, and now and then it is overloaded.</summary>
internal sealed class MonthProvider(int seed, double overloaded) : ILlmProvider
{
    private readonly Random _random = new(seed);
    private readonly HashSet<string> _cached = [];

    public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        if (_random.NextDouble() < overloaded)
        {
            throw new LlmException(LlmErrorKind.Overloaded, "try again later") { StatusCode = 503 };
        }

        // The system prompt is written to the cache once a day and hour, and read from it afterwards.
        int prefix = messages[0].Text.Length * 40;
        bool known = !_cached.Add(messages[0].Text + LlmContext.Current.Metadata.GetValueOrDefault("hour"));
        int question = _random.Next(200, 2_000);
        var usage = new UsageDetails
        {
            InputTokenCount = prefix + question,
            CachedInputTokenCount = known ? prefix : 0,
            OutputTokenCount = _random.Next(50, 800),
            AdditionalCounts = known ? null : new() { ["input_cache_creation"] = prefix },
        };
        return new ValueTask<ChatResponse>(new ChatResponse(new ChatMessage(ChatRole.Assistant, "done")) { Usage = usage });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChatResponse response = await ChatAsync(call, messages, options, cancellationToken);
        foreach (ChatResponseUpdate update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType) => null;
}
