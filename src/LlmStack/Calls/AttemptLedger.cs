using LlmStack.Catalog;
using LlmStack.Diagnostics;
using LlmStack.Limits.Ledger;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Tells the ledger of attempts: references and counts alone, so that the call path reckons and allocates nothing.</summary>
internal sealed class AttemptLedger(UsageLedger ledger, TimeProvider time)
{
    /// <summary>An attempt begins: only a ledger with a journal wants to know.</summary>
    public void Opened(CallState state, CallAttempt attempt)
    {
        attempt.LedgerTicket = 0;
        if (!ledger.KeepsJournal)
        {
            return;
        }

        attempt.LedgerTicket = ledger.NextTicket();
        LedgerRecord record = Of(state, attempt, LedgerRecordKind.Opened);
        record.Messages = state.Request.Messages;
        record.Options = state.Request.Options;
        record.EstimatedInput = state.Request.EstimatedInputTokens;
        record.MaxOutputTokens = state.Request.MaxOutputTokens;
        ledger.Record(record);
    }

    /// <summary>An attempt succeeded.</summary>
    public void Succeeded(CallState state, CallAttempt attempt)
    {
        if (ledger.IsEnabled)
        {
            LedgerRecord record = Of(state, attempt, LedgerRecordKind.Billed);
            SetUsage(ref record, attempt.Facts.Usage, attempt.Billing);
            ledger.Record(record);
        }
    }

    /// <summary>An attempt failed or was cancelled; what its entry on the route says of billing is final.</summary>
    public void Ended(CallState state, CallAttempt attempt, RouteAttempt entry)
    {
        if (!ledger.IsEnabled)
        {
            return;
        }

        if (!entry.IsBilled)
        {
            if (attempt.LedgerTicket != 0)
            {
                ledger.Record(Of(state, attempt, LedgerRecordKind.Released));
            }

            return;
        }

        LedgerRecord record = Of(state, attempt, LedgerRecordKind.Billed);
        record.Cancelled = entry.Error == LlmErrorKind.Cancelled;
        record.Failed = entry.Error is not null && !record.Cancelled;
        record.MayHaveBeenBilled = entry.MayHaveBeenBilled;
        SetUsage(ref record, entry.Usage, entry.Billing);
        ledger.Record(record);
    }

    private static void SetUsage(ref LedgerRecord record, UsageDetails? usage, BillingTerms? terms)
    {
        record.Terms = terms;
        if (usage is not null)
        {
            // Taken apart here: what was reported belongs to the application as soon as the call ends.
            record.Usage = UsageBuckets.From(usage);
            record.IsUsageKnown = true;
        }
    }

    private LedgerRecord Of(CallState state, CallAttempt attempt, LedgerRecordKind kind)
    {
        Deployment deployment = attempt.Member!.Deployment;
        return new LedgerRecord
        {
            Kind = kind,
            Ticket = attempt.LedgerTicket,
            At = time.GetUtcNow().UtcTicks,
            Provider = deployment.Provider,
            Model = deployment.Model,
            Deployment = deployment.Id,
            Group = state.Group.Name,
            Operation = MetricNames.NameOf(state.Operation),
            Context = state.Request.Context,
            Price = deployment.Price,
        };
    }
}
