using LlmStack.Health;
using LlmStack.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmStack.Diagnostics;

/// <summary>
/// Probes the deployments that are set up for it, each at its interval, those that cool too: an answer ends a cooldown early. What a
/// probe costs is counted apart from calls.
/// </summary>
internal sealed class ActiveProbes(SnapshotSource snapshots, ProviderProbe probe, HealthTracker health, CallMetrics metrics, ILogger<ActiveProbes> logger, TimeProvider time) : IDisposable
{
    /// <summary>More than this are not under way at a time.</summary>
    private const int MostAtOnce = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _due = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _running = [];
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _timer;

    /// <summary>Ends when nothing is under way that was when it was asked for.</summary>
    public Task SettledAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_running);
        }
    }

    /// <summary>Begins to probe; further calls do nothing.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_timer is not null || _stop.IsCancellationRequested)
            {
                return;
            }

            _timer = Apart(() => time.CreateTimer(static state => ((ActiveProbes)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        }

        snapshots.Swapped += OnSwapped;
        Tick();
    }

    public void Dispose()
    {
        snapshots.Swapped -= OnSwapped;
        lock (_gate)
        {
            _timer?.Dispose();
            _stop.Cancel();
        }
    }

    private void OnSwapped(RoutingSnapshot snapshot) => Tick();

    /// <summary>Asks whoever is due, and sleeps until the next is.</summary>
    private void Tick()
    {
        List<Deployment> due = [];
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            long now = time.GetTimestamp();
            long next = long.MaxValue;
            var known = snapshots.Current.Deployments;
            foreach (string gone in _due.Keys.Where(id => !known.TryGetValue(id, out Deployment? deployment) || deployment.ProbePlan is null).ToList())
            {
                _due.Remove(gone);
            }

            foreach (Deployment deployment in known.Values)
            {
                if (deployment.ProbePlan is not { } plan)
                {
                    continue;
                }

                // A reload may have made the interval shorter than what is left of the old one.
                long soonest = now + health.ToTicks(plan.Interval);
                bool isDue = !_due.TryGetValue(deployment.Id, out long at) || at <= now;
                if (isDue)
                {
                    due.Add(deployment);
                }

                at = isDue ? soonest : Math.Min(at, soonest);
                _due[deployment.Id] = at;

                next = Math.Min(next, at);
            }

            _timer!.Change(next == long.MaxValue ? Timeout.InfiniteTimeSpan : health.ToTimeSpan(Math.Max(next - now, 1)) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }

        foreach (IGrouping<string, Deployment> provider in due.Where(static deployment => deployment.ProbePlan!.Kind == ProbeKind.Models).GroupBy(static deployment => deployment.Provider, StringComparer.Ordinal))
        {
            Deployment[] deployments = [.. provider];
            Run(stop => ReachAsync(deployments, stop));
        }

        foreach (Deployment deployment in due.Where(static deployment => deployment.ProbePlan!.Kind == ProbeKind.Chat))
        {
            Run(stop => ChatAsync(deployment, stop));
        }
    }

    private void Run(Func<CancellationToken, Task> ask)
    {
        CancellationToken stop = _stop.Token;
        Task task = Apart(() => Task.Run(() => AskAsync(ask, stop), CancellationToken.None));

        lock (_gate)
        {
            _running.Add(task);
        }

        _ = task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Without the ambient values of whoever happened to start it.</summary>
    private static T Apart<T>(Func<T> make)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return make();
        }

        using (ExecutionContext.SuppressFlow())
        {
            return make();
        }
    }

    private void Forget(Task task)
    {
        lock (_gate)
        {
            _running.Remove(task);
        }
    }

    private async Task AskAsync(Func<CancellationToken, Task> ask, CancellationToken stop)
    {
        try
        {
            await _places.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            await ask(stop).ConfigureAwait(false);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The process stops.
        }
        catch (LlmException)
        {
            // The credential could not be chosen, which every call says loudly enough.
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>One question for every deployment of a provider. It says that the server answers, so it ends only cooldowns of a server that could not be reached.</summary>
    private async Task ReachAsync(Deployment[] deployments, CancellationToken stop)
    {
        long started = time.GetTimestamp();
        ProviderWarmUp answer = await probe.ReachAsync(deployments[0].ProviderEntry!, deployments.Max(static deployment => deployment.ProbePlan!.Timeout), stop).ConfigureAwait(false);
        string? error = answer.Error ?? (answer.StatusCode >= 500 ? $"answered {answer.StatusCode}" : null);
        foreach (Deployment deployment in deployments)
        {
            Report(deployment, started, error, error is null ? MetricNames.NoError : answer.StatusCode is null ? nameof(LlmErrorKind.Network) : nameof(LlmErrorKind.ServerError), null);
            if (error is null && deployment.Health.Circuit?.Kind == LlmErrorKind.Network)
            {
                health.ProbeSucceeded(deployment, started, key: null);
            }
        }
    }

    private async Task ChatAsync(Deployment deployment, CancellationToken stop)
    {
        long started = time.GetTimestamp();
        if (deployment.Health.Draining || IsHeldByProvider(deployment, started))
        {
            return;
        }

        var key = deployment.ProviderEntry!.Credential;
        (UsageDetails? usage, LlmException? failure) = await probe.ChatAsync(deployment, key, deployment.ProbePlan!.Timeout, stop).ConfigureAwait(false);

        // Who refuses what was asked, or has enough to do, is there.
        bool passed = failure is null or { Kind: LlmErrorKind.InvalidRequest or LlmErrorKind.ContextWindowExceeded or LlmErrorKind.ContentPolicyViolation or LlmErrorKind.RateLimited };
        Report(deployment, started, passed ? null : $"{ErrorKindTraits.NameOf(failure!.Kind)}: {failure.Message}", failure is null ? MetricNames.NoError : ErrorKindTraits.NameOf(failure.Kind), usage);
        if (failure is null)
        {
            health.ProbeSucceeded(deployment, started, key);
        }
    }

    /// <summary>Who asked for a wait is not asked while it lasts.</summary>
    private static bool IsHeldByProvider(Deployment deployment, long now) =>
        deployment.Health.Circuit is { Kind: LlmErrorKind.RateLimited } circuit && circuit.Until > now;

    private void Report(Deployment deployment, long started, string? error, string kind, UsageDetails? usage)
    {
        metrics.Probed(deployment, kind, usage);
        if (!deployment.Probe!.Report(new ProbeResult(error, started, time.GetTimestamp())))
        {
            return;
        }

        if (error is not null)
        {
            LogMessages.ProbeFailed(logger, deployment.Id, error);
        }
        else
        {
            LogMessages.ProbePassed(logger, deployment.Id);
        }
    }
}
