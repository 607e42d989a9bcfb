using LlmStack.Catalog;
using LlmStack.Limits.Ledger;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>What an attempt will have cost should its process die: the prompt and the usual answer, marked as estimated.</summary>
internal sealed class OpenAttemptEstimate(ITokenEstimator estimator, LikelyOutput likelyOutput)
{
    public void Fill(LedgerRecord open, LedgerScope scope, LedgerTotals totals)
    {
        long input = open.EstimatedInput > 0 ? open.EstimatedInput : InputOf(open);
        open.Failed = true;
        open.MayHaveBeenBilled = true;
        open.Terms = new BillingTerms
        {
            UsageEstimated = true,
            At = open.Price is { } price && PriceSelection.DependsOnTime(price) ? new DateTimeOffset(open.At, TimeSpan.Zero) : null,
        };
        if (input > 0)
        {
            int output = LikelyOutput.Expect(likelyOutput.Find(open.Group, open.Context.Feature), open.MaxOutputTokens);
            open.Usage = UsageBuckets.From(new UsageDetails { InputTokenCount = input, OutputTokenCount = output });
            open.IsUsageKnown = true;
        }

        LedgerLine.FillScope(open, scope);
        LedgerLine.FillTotals(open, totals);
    }

    private int InputOf(in LedgerRecord open)
    {
        try
        {
            return open.Messages is { } messages ? estimator.EstimateTokens(messages, open.Options) : 0;
        }
        catch (Exception)
        {
            // The application may change its list meanwhile. Then the cost is unknown, which the line says.
            return 0;
        }
    }
}
