using LlmStack.Routing;

namespace LlmStack.Testing.Simulation;

/// <summary>Reads off the series how the outages of a scenario went.</summary>
internal static class OutageAnalysis
{
    /// <summary>Back at this part of its old share, a deployment counts as back: a second's share is never exact.</summary>
    private const double NearlyAll = 0.9;

    public static IReadOnlyList<OutageReport> Of(SimulationScenario scenario, SimulationRecorder recorder, RoutingSnapshot snapshot)
    {
        var reports = new List<OutageReport>();
        foreach (ScenarioPhase phase in scenario.Phases.Where(static phase => phase.IsOutage))
        {
            foreach (DeploymentTally tally in recorder.Tallies.Where(tally => tally.Model.IsAt(phase.Target)))
            {
                reports.Add(Of(phase, tally, recorder.Seconds, SlowStartOf(tally.Model.Id, snapshot)));
            }
        }

        return reports;
    }

    /// <summary>How long a deployment's share grows back after a cooldown, by the settings of its first group.</summary>
    public static TimeSpan SlowStartOf(string deployment, RoutingSnapshot snapshot)
    {
        foreach (ModelGroup group in snapshot.Groups.Values.OrderBy(static group => group.Name, StringComparer.Ordinal))
        {
            if (Array.Find(group.Members, member => member.Deployment.Id == deployment) is { } member)
            {
                return group.PolicyFor(member.Deployment).Cooldown.SlowStart;
            }
        }

        return TimeSpan.Zero;
    }

    private static OutageReport Of(ScenarioPhase phase, DeploymentTally tally, List<SimulationSecond> seconds, TimeSpan slowStart)
    {
        int from = (int)phase.From.TotalSeconds;
        int to = Math.Min((int)Math.Ceiling(phase.To.TotalSeconds), seconds.Count);
        List<SimulationSecond> during = seconds.GetRange(Math.Min(from, to), Math.Max(0, to - from));
        TimeSpan? back = FullShareAfter(phase, tally.Model.Index, seconds, from, to);
        TimeSpan? detected = null;
        TimeSpan? last = null;
        foreach ((TimeSpan at, TimeSpan duration) in tally.Cooldowns)
        {
            if (at >= phase.From && at < phase.To)
            {
                detected ??= at - phase.From;
            }

            // A probe that hung through the end may open another one shortly after it.
            if (at >= phase.From && at + duration >= phase.To && (back is null || at < phase.To + back))
            {
                last = duration;
            }
        }

        return new OutageReport(
            tally.Model.Id,
            phase.From,
            phase.To,
            during.Sum(static second => (long)second.Arrived),
            during.Sum(static second => (long)second.Attempts),
            detected,
            last,
            slowStart,
            back);
    }

    private static TimeSpan? FullShareAfter(ScenarioPhase phase, int index, List<SimulationSecond> seconds, int from, int to)
    {
        double before = ShareIn(seconds, index, 0, from);
        for (int second = to; before > 0 && second < seconds.Count; second++)
        {
            if (ShareIn(seconds, index, second, second + 1) >= before * NearlyAll)
            {
                return TimeSpan.FromSeconds(second + 1) - phase.To;
            }
        }

        return null;
    }

    private static double ShareIn(List<SimulationSecond> seconds, int index, int from, int to)
    {
        long own = 0;
        long all = 0;
        for (int second = from; second < to; second++)
        {
            own += seconds[second].AttemptsByDeployment[index];
            all += seconds[second].Attempts;
        }

        return all == 0 ? 0 : (double)own / all;
    }
}
