using LlmStack.Health;
using LlmStack.Routing.Strategies;

namespace LlmStack.Routing;

/// <summary>The figures behind a candidate's verdict, read where the pick reads them. Moves nothing.</summary>
internal sealed class CandidateFigures(DynamicFilters dynamicFilters, HealthTracker health)
{
    /// <summary>Adds the figures to <paramref name="explanation"/>; <paramref name="share"/> is the candidate's, or null.</summary>
    public CandidateExplanation Of(CandidateExplanation explanation, Member member, in RouteRequest request, double? share)
    {
        Deployment deployment = member.Deployment;
        double cost = ExpectedCost.Of(deployment.Price, request);
        double latency = PredictedLatency.SecondsOf(request, deployment);
        bool cools = health.StateOf(deployment, request.Timestamp, out long wait, request.Context) == CircuitState.Open;
        return explanation with
        {
            Order = member.Order,
            Weight = member.Weight,
            Share = share,
            EstimatedInputTokens = dynamicFilters.InputTokens(request, deployment),
            ContextWindow = deployment.ContextWindow,
            ExpectedCost = cost == ExpectedCost.Unknown ? null : (decimal)cost,
            PredictedLatency = double.IsNaN(latency) ? null : TimeSpan.FromSeconds(latency),
            InFlight = deployment.InFlight,
            RequestsLeft = KeyRoom.Left(deployment, request, deployment.RequestsPerMinute, static (limits, now) => limits.RequestsAt(now)),
            TokensLeft = KeyRoom.Left(deployment, request, deployment.TokensPerMinute, static (limits, now) => limits.TokensAt(now)),
            CooldownLeft = cools ? health.ToTimeSpan(wait) : null,
        };
    }

    /// <summary>The shares of first choices in a set; null for a strategy that does not choose by share.</summary>
    public static double[]? SharesOf(ModelGroup group, in CandidateSet survivors)
    {
        if (group.Strategy is not (WeightedStrategy or RoundRobinStrategy or LeastBusyStrategy) || survivors.Count == 0)
        {
            return null;
        }
        WeightBasis basis = group.Strategy is LeastBusyStrategy ? WeightBasis.Even : Weights.BasisOf(survivors);
        double total = Weights.Total(survivors, ref basis);
        var shares = new double[survivors.Count];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = Weights.Of(survivors[i], basis) / total;
        }
        return shares;
    }
}
