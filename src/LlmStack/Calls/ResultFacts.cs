using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>What an answer says about itself.</summary>
internal struct ResultFacts
{
    public UsageDetails? Usage;
    public string? ResponseId;
    public string? ConversationId;
    public string? ToolCallId;
    public string? ModelId;
    public string? FinishReason;

    /// <summary>Of a ranking: how many documents were asked for, and how many came back.</summary>
    public int? TopK;
    public int? Documents;

    /// <summary>The messages of a plain answer, for a trace that has no wire text of it.</summary>
    public IList<ChatMessage>? Answer;
}
