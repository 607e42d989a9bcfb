using LlmStack.Catalog;
using Microsoft.Extensions.AI;

namespace LlmStack.Limits.Ledger;

/// <summary>What a call leaves in the queue: references and counts, so that nothing is reckoned, looked up or allocated on its path.</summary>
internal struct LedgerRecord
{
    public LedgerRecordKind Kind;

    /// <summary>Names the attempt in the journal; 0 without one.</summary>
    public long Ticket;

    /// <summary>When it ended (or began, for <see cref="LedgerRecordKind.Opened"/>): ticks in UTC.</summary>
    public long At;

    public string Provider;
    public string Model;
    public string Deployment;
    public string Group;
    public string Operation;
    public LlmContext Context;

    public ModelPrice? Price;
    public BillingTerms? Terms;
    public UsageBuckets Usage;
    public bool IsUsageKnown;

    public bool Failed;
    public bool Cancelled;
    public bool MayHaveBeenBilled;

    /// <summary>The prompt of an attempt under way, for the estimate should it never end; null where there is none.</summary>
    public IReadOnlyList<ChatMessage>? Messages;
    public ChatOptions? Options;

    /// <summary>The estimated prompt of an attempt under way; 0 when nobody has estimated it yet.</summary>
    public int EstimatedInput;
    public int? MaxOutputTokens;
}
