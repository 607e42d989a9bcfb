using LlmStack.Routing;

namespace LlmStack.Testing.Simulation;

/// <summary>Works the report out of what was counted.</summary>
internal sealed class ReportBuilder(SimulationScenario scenario, SimulationRecorder recorder, RoutingSnapshot snapshot, IReadOnlyDictionary<string, double> shares, int openScopes)
{
    /// <summary>Below this the share of a second is chance.</summary>
    private const int FewestAttempts = 100;

    public SimulationReport Build(TimeSpan duration, int timers)
    {
        MarkSlowStarts();
        return Report(duration, timers);
    }

    /// <summary>While its share grows back, a deployment is not in full rotation.</summary>
    private void MarkSlowStarts()
    {
        foreach (DeploymentTally tally in recorder.Tallies)
        {
            TimeSpan slowStart = OutageAnalysis.SlowStartOf(tally.Model.Id, snapshot);
            foreach (TimeSpan back in tally.Returns)
            {
                int last = Math.Min(recorder.Seconds.Count - 1, (int)(back + slowStart).TotalSeconds);
                for (int second = (int)back.TotalSeconds; second <= last; second++)
                {
                    recorder.Seconds[second].MarkOut(tally.Model.Index);
                }
            }
        }
    }

    private SimulationReport Report(TimeSpan duration, int timers) => new()
    {
        Scenario = scenario.Name,
        Seed = scenario.Seed,
        Duration = duration,
        Calls = recorder.Arrived,
        Served = recorder.Latency.Count,
        Cut = recorder.Errors[(int)LlmErrorKind.StreamInterrupted],
        Refused = recorder.Errors.Where(static (_, kind) => SimulationRecorder.IsRefusal((LlmErrorKind)kind)).Sum(),
        Attempts = recorder.Attempts,
        Errors = KindCounts.Of(recorder.Errors),
        MedianLatency = recorder.Latency.Quantile(0.5),
        P95Latency = recorder.Latency.Quantile(0.95),
        P99Latency = recorder.Latency.Quantile(0.99),
        MedianFirstToken = recorder.FirstToken.Quantile(0.5),
        Cost = recorder.Tallies.Exists(static tally => tally.Cost is not null) ? recorder.Tallies.Sum(static tally => tally.Cost ?? 0) : null,
        Deployments = [.. recorder.Tallies.Select(Deployment)],
        Outages = OutageAnalysis.Of(scenario, recorder, snapshot),
        Seconds = recorder.Seconds,
        Leftovers = new SimulationLeftovers(
            snapshot.Deployments.Values.Sum(static deployment => deployment.InFlight),
            snapshot.Deployments.Values.Sum(static deployment => deployment.Limits.OpenReservations) + openScopes,
            timers),
    };

    private DeploymentReport Deployment(DeploymentTally tally) => new(
        tally.Model.Id,
        shares.TryGetValue(tally.Model.Id, out double share) ? share : null,
        recorder.Attempts == 0 ? 0 : (double)tally.Attempts / recorder.Attempts,
        tally.Attempts,
        tally.Served,
        tally.Errors(),
        tally.Latency.Quantile(0.5),
        tally.Latency.Quantile(0.95),
        tally.Latency.Quantile(0.99),
        tally.Cost,
        tally.Cooldowns.Count,
        WorstShare(tally.Model.Index));

    private double? WorstShare(int index)
    {
        double? worst = null;
        foreach (SimulationSecond second in recorder.Seconds)
        {
            if (second.WasOut(index) || ShareOf(index) is not > 0)
            {
                continue;
            }

            double inRotation = 0;
            long attempts = 0;
            for (int i = 0; i < recorder.Tallies.Count; i++)
            {
                if (!second.WasOut(i) && ShareOf(i) is { } share)
                {
                    inRotation += share;
                    attempts += second.AttemptsByDeployment[i];
                }
            }

            if (attempts >= FewestAttempts)
            {
                worst = Math.Max(worst ?? 0, second.AttemptsByDeployment[index] / (attempts * ShareOf(index)!.Value / inRotation));
            }
        }

        return worst;
    }

    private double? ShareOf(int index) => shares.TryGetValue(recorder.Tallies[index].Model.Id, out double share) ? share : null;
}
