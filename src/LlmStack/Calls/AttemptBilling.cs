using LlmStack.Catalog;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>What an attempt is billed for, and by which price. An attempt that was lost is billed by what is known, else guessed, of it.</summary>
internal static class AttemptBilling
{
    /// <summary>Signs of text in a token, roughly, where a stream broke off before it told its usage.</summary>
    private const int SignsPerToken = 4;

    /// <summary>Null when usage and list price decide alone, as they mostly do.</summary>
    public static BillingTerms? TermsOf(CallState state, TimeProvider time, bool usageEstimated = false)
    {
        Deployment deployment = state.Member!.Deployment;
        string? tier = state.Call.Report.ServiceTier;
        decimal? reported = state.Call.Report.ReportedCost;
        ModelPrice? answered = AnsweredPrice(state, deployment);
        bool byClock = (answered ?? deployment.Price) is { } price && (price.Windows is not null || price.Next is not null);
        return reported is null && answered is null && !byClock && !usageEstimated && ServiceTierNames.IsStandard(tier) ? null : new BillingTerms
        {
            Price = answered,
            ServiceTier = tier,
            ReportedCost = reported,
            At = byClock ? time.GetUtcNow() - time.GetElapsedTime(state.AttemptStarted) : null,
            UsageEstimated = usageEstimated,
        };
    }

    public static void Served(RouteAttempt attempt, CallState state) => Bill(attempt, state, state.Facts.Usage, state.Billing);

    /// <summary>An attempt that failed or was cancelled: billed when it says what it used, or when it may have been billed.</summary>
    public static void Lost(RouteAttempt attempt, CallState state, UsageDetails? reported, TimeProvider time)
    {
        UsageDetails? usage = reported ?? state.Facts.Usage;
        if (usage is null && !attempt.MayHaveBeenBilled && state.Call.Report.ReportedCost is null)
        {
            return;
        }

        bool guess = usage is null;
        usage ??= Guess(state);
        state.Billing = TermsOf(state, time, guess && usage is not null);
        state.BilledUsage = usage;
        Bill(attempt, state, usage, state.Billing);
    }

    private static void Bill(RouteAttempt attempt, CallState state, UsageDetails? usage, BillingTerms? terms)
    {
        attempt.Billed = true;
        attempt.Price = state.Member!.Deployment.Price;
        attempt.Usage = usage;
        attempt.Billing = terms;
    }

    /// <summary>The prompt as estimated, and the text that arrived; without a stream, the answer that was to be expected. Null without an estimate.</summary>
    private static UsageDetails? Guess(CallState state)
    {
        int input = state.Request.EstimatedInputTokens;
        if (input <= 0)
        {
            return null;
        }

        long output = state.Streaming ? (state.Text.Text.Length + SignsPerToken - 1) / SignsPerToken : state.Request.LikelyOutputTokens;
        return new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output };
    }

    /// <summary>A moving name, or a deployment's free one, is billed as the model that answered; a configured price holds for both.</summary>
    private static ModelPrice? AnsweredPrice(CallState state, Deployment deployment)
    {
        if (state.Facts.ModelId is not { } answered
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
