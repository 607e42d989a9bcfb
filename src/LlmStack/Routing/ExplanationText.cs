using System.Globalization;
using System.Text;

namespace LlmStack.Routing;

/// <summary>Puts an explanation into words.</summary>
internal static class ExplanationText
{
    public static string Of(RouteExplanation plan)
    {
        var text = new StringBuilder();
        text.Append(plan.RequestedName).Append(" → ");
        if (plan.Alias is not null)
        {
            text.Append("alias of ");
        }
        text.Append("group '").Append(plan.Group).Append("', ").Append(plan.Strategy)
            .Append(CultureInfo.InvariantCulture, $", configuration {plan.SnapshotVersion}: {plan.EstimatedInputTokens} prompt tokens estimated, {plan.LikelyOutputTokens} expected back").AppendLine();
        text.Append("  ").AppendLine(plan.Picked is { } picked ? $"would ask {picked} first" : plan.Error);
        foreach (CandidateExplanation candidate in plan.Candidates)
        {
            Append(text, candidate);
        }
        if (plan.Fallbacks.Count > 0)
        {
            text.Append("  then the groups ").AppendJoin(", ", plan.Fallbacks).AppendLine();
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, CandidateExplanation candidate)
    {
        text.Append("  ").Append(candidate.Included ? "in   " : "out  ").Append(candidate.Deployment).Append(": ");
        if (candidate.Filter is not null)
        {
            text.Append(candidate.Filter).Append(", ");
        }
        text.Append(candidate.Reason);
        if (candidate.Share is { } share)
        {
            text.Append(CultureInfo.InvariantCulture, $"; share {share * 100:0.#} %");
        }
        if (candidate.ContextWindow is { } window)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {candidate.EstimatedInputTokens} of {window} tokens");
        }
        if (candidate.ExpectedCost is { } cost)
        {
            text.Append(CultureInfo.InvariantCulture, $"; expected {cost:0.######} USD");
        }
        if (candidate.PredictedLatency is { } latency)
        {
            text.Append(CultureInfo.InvariantCulture, $"; predicted {latency.TotalMilliseconds:0} ms");
        }
        text.Append(CultureInfo.InvariantCulture, $"; {candidate.InFlight} in flight");
        if (candidate.RequestsLeft is { } requests)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {requests} requests left");
        }
        if (candidate.TokensLeft is { } tokens)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {tokens} tokens left");
        }
        if (candidate.CooldownLeft is { } left)
        {
            text.Append(CultureInfo.InvariantCulture, $"; cooling {left.TotalSeconds:0.##} s more");
        }
        text.AppendLine();
    }
}
