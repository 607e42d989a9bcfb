using System.Collections.Concurrent;
using LlmStack.Catalog;
using LlmStack.Routing;

namespace LlmStack.Diagnostics.Events;

/// <summary>Tells when what a provider says an attempt cost is more than 1 % off our own reckoning; for each deployment at most once in a while.</summary>
internal sealed class PriceDriftWatch(LlmEventSource events, TimeProvider time)
{
    /// <summary>A price that has changed shows in every call: one event says it.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    private const int MaxDeployments = 1000;

    private readonly ConcurrentDictionary<string, long> _told = new(StringComparer.Ordinal);

    public void Look(in CallOutcome outcome)
    {
        if (!events.IsObserved)
        {
            return;
        }

        if (outcome.Route.WrittenAttempts is { } written)
        {
            foreach (RouteAttempt attempt in written)
            {
                if (attempt.Billing?.ReportedCost is not null && attempt.Cost is { Deviates: true, ComputedTotal: { } ours, ReportedTotal: { } theirs })
                {
                    Tell(attempt.Target, ours, theirs);
                }
            }
        }
        else if (outcome.Route is { Served: { } served, Billing: { ReportedCost: not null } terms }
            && CostCalculator.TryCompute(served.Price, outcome.Usage, terms, out CostAmounts cost)
            && cost is { Deviates: true, Computed: { } computed, Reported: { } reported })
        {
            Tell(served, computed, reported);
        }
    }

    private void Tell(Deployment deployment, decimal ours, decimal theirs)
    {
        long now = time.GetTimestamp();
        if (_told.TryGetValue(deployment.Id, out long before) && time.GetElapsedTime(before, now) < Quiet)
        {
            return;
        }

        if (_told.Count >= MaxDeployments)
        {
            _told.Clear();
        }

        _told[deployment.Id] = now;
        events.Raise(new LlmEvent
        {
            Kind = LlmEventKind.PriceDrift,
            Subject = deployment.Id,
            Message = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{deployment.Id} reports {theirs} USD for an attempt that costs {ours} USD by the price in use."),
            Provider = deployment.Provider,
            Model = deployment.Model,
            Amount = theirs,
            Limit = ours,
        });
    }
}
