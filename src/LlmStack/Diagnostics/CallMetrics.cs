using System.Diagnostics;
using System.Diagnostics.Metrics;
using LlmStack.Catalog;
using LlmStack.Health;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Diagnostics;

/// <summary>The instruments of the meter <c>LlmStack</c>. Tags are few and bounded: no user, session or key.</summary>
internal sealed class CallMetrics
{
    private static readonly double[] Durations = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
    private static readonly long[] Tokens = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

    private readonly Histogram<double>? _duration;
    private readonly Histogram<double>? _firstChunk;
    private readonly Histogram<double>? _chunks;
    private readonly Histogram<double>? _queue;
    private readonly Histogram<long>? _tokens;
    private readonly Counter<long>? _calls;
    private readonly Counter<long>? _attempts;
    private readonly Counter<long>? _fallbacks;
    private readonly Counter<long>? _cooldowns;
    private readonly Counter<double>? _cost;
    private readonly Counter<long>? _deviations;
    private readonly Counter<long>? _unpriced;
    private readonly Counter<long>? _probes;
    private readonly Counter<double>? _probeCost;

    public CallMetrics(IMeterFactory? meters)
    {
        // The factory owns the meter, so each container has its own and disposes it.
        if (meters?.Create(MetricNames.Meter) is not { } meter)
        {
            return;
        }

        _duration = meter.CreateHistogram(MetricNames.OperationDuration, "s", "Duration of a call, every attempt included.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
        _firstChunk = meter.CreateHistogram(MetricNames.TimeToFirstChunk, "s", "From the start of a streamed call to its first content.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
        _chunks = meter.CreateHistogram(MetricNames.TimePerOutputChunk, "s", "From one chunk of a streamed answer to the next.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
        _queue = meter.CreateHistogram(MetricNames.QueueDuration, "s", "How long calls that had to wait for a place waited.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
        _tokens = meter.CreateHistogram(MetricNames.TokenUsage, "{token}", "Tokens of a call by type.", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = Tokens });
        _calls = meter.CreateCounter<long>(MetricNames.Calls, "{call}", "Calls by their outcome.");
        _attempts = meter.CreateCounter<long>(MetricNames.Attempts, "{attempt}", "Attempts at deployments by their outcome.");
        _fallbacks = meter.CreateCounter<long>(MetricNames.Fallbacks, "{fallback}", "Moves of a call to another group, by the failure that caused them.");
        _cooldowns = meter.CreateCounter<long>(MetricNames.Cooldowns, "{cooldown}", "Cooldowns by the failure that caused them.");
        _cost = meter.CreateCounter<double>(MetricNames.Cost, "{USD}", "Cost of attempts whose price is known.");
        _deviations = meter.CreateCounter<long>(MetricNames.PriceDeviations, "{attempt}", "Attempts whose cost as the provider reports it is more than 1 % off our own reckoning.");
        _probes = meter.CreateCounter<long>(MetricNames.Probes, "{probe}", "Background probes of deployments by their outcome.");
        _probeCost = meter.CreateCounter<double>(MetricNames.ProbeCost, "{USD}", "Cost of background probes whose price is known; no part of the cost of calls.");
        _unpriced = meter.CreateCounter<long>(MetricNames.UnknownPrices, "{call}", "Calls whose price is unknown.");
    }

    public void CallFinished(in CallOutcome outcome)
    {
        CallRoute route = outcome.Route;
        string operation = MetricNames.NameOf(outcome.Operation);
        string kind = outcome.Cancelled ? nameof(LlmErrorKind.Cancelled) : outcome.Error is { } error ? ErrorKindTraits.NameOf(error.Kind) : MetricNames.NoError;
        if (_calls is { Enabled: true })
        {
            _calls.Add(1, new TagList { { MetricNames.Operation, operation }, { MetricNames.Group, route.Group }, { MetricNames.Kind, kind } });
        }

        GenAi(outcome, operation, kind);
        Route(route);
        if (_attempts is { Enabled: true })
        {
            if (route.WrittenAttempts is { } written)
            {
                foreach (RouteAttempt attempt in written)
                {
                    Attempt(attempt.Provider, attempt.Group, attempt.Deployment, attempt.Error is { } failure ? ErrorKindTraits.NameOf(failure) : MetricNames.NoError);
                }
            }
            else if (outcome is { Error: null, Cancelled: false } && route.Served is { } served)
            {
                Attempt(served.Provider, route.Group, served.Id, MetricNames.NoError);
            }
        }

        if (_cost is { Enabled: true } || _deviations is { Enabled: true })
        {
            Costs(route, outcome.Usage);
        }
    }

    /// <summary>Whether anybody wants to know the time between chunks, for which each one has to be timed.</summary>
    public bool TimesChunks => _chunks is { Enabled: true };

    /// <summary>A chunk of a streamed answer came, other than the first.</summary>
    public void ChunkArrived(LlmOperation operation, CallRoute route, TimeSpan sinceLast) => _chunks?.Record(sinceLast.TotalSeconds, Tags(route, MetricNames.NameOf(operation)));

    public void PriceUnknown(Deployment deployment)
    {
        if (_unpriced is { Enabled: true })
        {
            _unpriced.Add(1, new TagList { { MetricNames.Provider, deployment.Provider }, { MetricNames.Deployment, deployment.Id } });
        }
    }

    public void Probed(Deployment deployment, string kind, UsageDetails? usage)
    {
        if (_probes is { Enabled: true })
        {
            _probes.Add(1, new TagList { { MetricNames.Provider, deployment.Provider }, { MetricNames.Deployment, deployment.Id }, { MetricNames.Kind, kind } });
        }

        if (_probeCost is { Enabled: true } && CostCalculator.TryCompute(deployment.Price, usage, null, out CostAmounts cost))
        {
            _probeCost.Add((double)cost.Total, new TagList { { MetricNames.Provider, deployment.Provider }, { MetricNames.Deployment, deployment.Id } });
        }
    }

    public void CooldownStarted(in CooldownChange change)
    {
        if (_cooldowns is { Enabled: true })
        {
            _cooldowns.Add(1, new TagList { { MetricNames.Provider, change.Deployment.Provider }, { MetricNames.Deployment, change.Deployment.Id }, { MetricNames.Kind, ErrorKindTraits.NameOf(change.Kind) } });
        }
    }

    private void Costs(CallRoute route, UsageDetails? usage)
    {
        if (route.WrittenAttempts is { } written)
        {
            foreach (RouteAttempt attempt in written)
            {
                if (attempt.Cost is { } cost)
                {
                    Cost(attempt.Provider, attempt.Group, attempt.Deployment, cost.Total, cost.Deviates);
                }
            }
        }
        else if (route.Served is { } served && CostCalculator.TryCompute(served.Price, usage, route.Billing, out CostAmounts cost))
        {
            Cost(served.Provider, route.Group, served.Id, cost.Total, cost.Deviates);
        }
    }

    private void Cost(string provider, string? group, string deployment, decimal? total, bool deviates)
    {
        var tags = new TagList { { MetricNames.Provider, provider }, { MetricNames.Group, group }, { MetricNames.Deployment, deployment } };
        if (total is { } amount)
        {
            _cost?.Add((double)amount, tags);
        }

        if (deviates)
        {
            _deviations?.Add(1, tags);
        }
    }

    private void Attempt(string provider, string? group, string deployment, string kind) =>
        _attempts!.Add(1, new TagList { { MetricNames.Provider, provider }, { MetricNames.Group, group }, { MetricNames.Deployment, deployment }, { MetricNames.Kind, kind } });

    private void GenAi(in CallOutcome outcome, string operation, string kind)
    {
        if (_duration is not { Enabled: true } && _tokens is not { Enabled: true } && _firstChunk is not { Enabled: true })
        {
            return;
        }

        CallRoute route = outcome.Route;
        TagList tags = Tags(route, operation);
        if (outcome.Streaming && route.Timing.FirstToken is { } first)
        {
            _firstChunk?.Record(first.TotalSeconds, tags);
        }

        if (outcome.Usage is { } usage)
        {
            Record(usage.InputTokenCount, "input", tags);
            Record(usage.OutputTokenCount, "output", tags);
        }

        if (!ReferenceEquals(kind, MetricNames.NoError))
        {
            tags.Add(MetricNames.ErrorType, kind);
        }

        _duration?.Record(route.Timing.Total.TotalSeconds, tags);
    }

    private static TagList Tags(CallRoute route, string operation) => new()
    {
        { MetricNames.GenAiOperation, operation },
        { MetricNames.GenAiProvider, route.Served?.ProviderEntry?.SystemName ?? route.Provider ?? "unknown" },

        // Never the requested name: callers may invent those without end.
        { MetricNames.GenAiModel, route.Model ?? route.Group ?? "unknown" },
    };

    /// <summary>The moves from group to group, and the wait for a place.</summary>
    private void Route(CallRoute route)
    {
        if (_queue is { Enabled: true } && route.Timing.Queue > TimeSpan.Zero)
        {
            _queue.Record(route.Timing.Queue.TotalSeconds, new KeyValuePair<string, object?>(MetricNames.Group, route.Group));
        }

        if (_fallbacks is not { Enabled: true } || route.WrittenAttempts is not { Count: > 1 } attempts)
        {
            return;
        }

        RouteAttempt? last = null;
        foreach (RouteAttempt attempt in attempts)
        {
            // A judge is asked about an answer, and takes nobody's place.
            if (attempt.Role == AttemptRole.Judge)
            {
                continue;
            }

            if (last is not null && !string.Equals(last.Group, attempt.Group, StringComparison.Ordinal))
            {
                string kind = last.Error is { } failure ? ErrorKindTraits.NameOf(failure) : MetricNames.NoError;
                _fallbacks.Add(1, new TagList { { MetricNames.Group, last.Group }, { MetricNames.To, attempt.Group }, { MetricNames.Kind, kind } });
            }

            last = attempt;
        }
    }

    private void Record(long? tokens, string type, TagList tags)
    {
        if (tokens is { } count)
        {
            tags.Add(MetricNames.GenAiTokenType, type);
            _tokens?.Record(count, tags);
        }
    }
}
