using LlmStack.Catalog;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>By which price an attempt is billed, where usage and the deployment's list price do not decide alone.</summary>
internal static class AttemptBilling
{
    /// <summary>Null when they do, as they mostly do.</summary>
    public static BillingTerms? TermsOf(CallState state, CallAttempt attempt, TimeProvider time)
    {
        Deployment deployment = attempt.Member!.Deployment;
        string? tier = attempt.Call.Report.ServiceTier;
        decimal? reported = attempt.Call.Report.ReportedCost;
        ModelPrice? answered = AnsweredPrice(state, attempt.Facts.ModelId, deployment);
        bool byClock = (answered ?? deployment.Price) is { } price && (price.Windows is not null || price.Next is not null);
        return reported is null && answered is null && !byClock && ServiceTierNames.IsStandard(tier) ? null : new BillingTerms
        {
            Price = answered,
            ServiceTier = tier,
            ReportedCost = reported,
            At = byClock ? time.GetUtcNow() - time.GetElapsedTime(attempt.Started) : null,
        };
    }

    /// <summary>A moving name, or a deployment's free one, is billed as the model that answered; a configured price holds for both.</summary>
    private static ModelPrice? AnsweredPrice(CallState state, string? answered, Deployment deployment)
    {
        if (answered is null
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
