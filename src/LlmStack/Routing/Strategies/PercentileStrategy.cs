using System.Globalization;
using LlmStack.Health;

namespace LlmStack.Routing.Strategies;

/// <summary>Evenly over those whose percentile meets the objectives; else who misses them least. Who has few samples is given the benefit of the doubt.</summary>
internal sealed class PercentileStrategy(TimeProvider time, double percentile, TimeSpan? maxFirstToken, double? minTokensPerSecond) : MeasuredStrategy(tolerance: 0)
{
    public const double DefaultPercentile = 0.95;

    private const double Met = 1;

    private readonly long _frequency = time.TimestampFrequency;

    public override void Attach(Member[] members)
    {
        foreach (Member member in members)
        {
            member.Deployment.Health.TrackPercentiles();
        }
    }

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index)
    {
        double score = Score(request, candidates[index].Deployment);
        return score <= Met
            ? string.Create(CultureInfo.InvariantCulture, $"meets its objectives at p{percentile * 100:0.#}, or has too few samples")
            : string.Create(CultureInfo.InvariantCulture, $"misses its objectives at p{percentile * 100:0.#} by a factor of {score:0.##}");
    }

    protected override double Score(in RouteRequest request, Deployment deployment)
    {
        if (deployment.Health.Percentiles is not { } tracker)
        {
            return Met;
        }
        double miss = Met;
        if (maxFirstToken is { } longest)
        {
            miss = Worse(miss, tracker.FirstToken.Quantile(percentile, PercentileTracker.MinimumSamples, request.Timestamp, _frequency) / longest.TotalSeconds);
        }
        return minTokensPerSecond is { } rate
            ? Worse(miss, tracker.PerToken.Quantile(percentile, PercentileTracker.MinimumSamples, request.Timestamp, _frequency) * rate)
            : miss;
    }

    private static double Worse(double miss, double ratio) => ratio > miss ? ratio : miss;
}
