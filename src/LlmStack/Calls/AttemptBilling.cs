using LlmStack.Catalog;
using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>By which terms an attempt is billed, beside its usage and the list price.</summary>
internal static class AttemptBilling
{
    /// <summary>Null when usage and list price decide alone, as they mostly do.</summary>
    public static BillingTerms? TermsOf(CallState state, CallAttempt attempt, TimeProvider time, bool usageEstimated = false)
    {
        Deployment deployment = attempt.Member!.Deployment;
        AttemptReport report = attempt.Call.Report;
        ModelPrice? answered = AnsweredPrice(state, attempt, deployment);
        bool byClock = (answered ?? deployment.Price) is { } price && (price.Windows is not null || price.Next is not null);
        return report.ReportedCost is null && answered is null && !byClock && !usageEstimated && ServiceTierNames.IsStandard(report.ServiceTier) ? null : new BillingTerms
        {
            Price = answered,
            ServiceTier = report.ServiceTier,
            ReportedCost = report.ReportedCost,
            At = byClock ? time.GetUtcNow() - time.GetElapsedTime(attempt.Started) : null,
            UsageEstimated = usageEstimated,
        };
    }

    /// <summary>A moving name, or a deployment's free one, is billed as the model that answered; a configured price holds for both.</summary>
    private static ModelPrice? AnsweredPrice(CallState state, CallAttempt attempt, Deployment deployment)
    {
        if (attempt.Facts.ModelId is not { } answered
            || string.Equals(answered, deployment.Model, StringComparison.Ordinal)
            || !ReferenceEquals(deployment.Price, deployment.Info?.Price)
            || state.Snapshot.Models.Find(deployment.ProviderEntry!, answered) is not { Price: { } price } info
            || info.Id == deployment.Info?.Id)
        {
            return null;
        }

        return price;
    }
}
