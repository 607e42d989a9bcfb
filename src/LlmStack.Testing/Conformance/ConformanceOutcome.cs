using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>What came of one call.</summary>
internal sealed record ConformanceOutcome(ChatResponse Response, IReadOnlyList<ChatResponseUpdate> Updates, AttemptReport Report)
{
    public string Text => Response.Text;

    public IReadOnlyList<FunctionCallContent> Calls => [.. Response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>()];

    /// <summary>The usage, wherever it is kept.</summary>
    public UsageDetails? Usage => Response.Usage;
}
