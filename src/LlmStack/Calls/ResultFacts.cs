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
}
