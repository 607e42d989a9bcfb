using System.Runtime.InteropServices;

namespace LlmStack.Health;

/// <summary>What was learned of a deployment: calls in flight, latency estimates, failure windows, cooldown. Lock-free to read.</summary>
internal sealed class DeploymentHealth
{
    private const int NoError = -1;

    private readonly Lock _lock = new();
    private readonly SlidingCounts _window = new();
    private RecentOutcomes _recent;
    private PaddedCount _inFlight;
    private long _successes;
    private long _failures;
    private int _lastError = NoError;
    private long _lastFailure = long.MinValue;
    private volatile bool _draining;

    public int InFlight => Volatile.Read(ref _inFlight.Value);

    public long Successes => Volatile.Read(ref _successes);

    public long Failures => Volatile.Read(ref _failures);

    public LlmErrorKind? LastError => Volatile.Read(ref _lastError) is var kind and not NoError ? (LlmErrorKind)kind : null;

    /// <summary>The deployment's own cooldown; the credential's is kept by the tracker.</summary>
    public Circuit Circuit { get; } = new();

    /// <summary>Time to first content of streams.</summary>
    public LatencyEstimate FirstToken { get; } = new();

    /// <summary>Time to the whole answer of calls that do not stream.</summary>
    public LatencyEstimate Answer { get; } = new();

    /// <summary>Time for each generated token.</summary>
    public LatencyEstimate PerToken { get; } = new();

    /// <summary>Tokens used lately, in and out.</summary>
    public DecayingSum UsedTokens { get; } = new();

    /// <summary>Quantiles; null until somebody asked for them.</summary>
    public PercentileTracker? Percentiles { get; private set; }

    /// <summary>When the last failure that was the deployment's fault came, in <see cref="TimeProvider"/> ticks; <see cref="long.MinValue"/> before one.</summary>
    public long LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>Whether an operator takes new calls away from it.</summary>
    public bool Draining
    {
        get => _draining;
        set => _draining = value;
    }

    /// <summary>What the provider said is left of its token window.</summary>
    public ReportedHeadroom Headroom { get; } = new();

    /// <summary>Starts to keep quantiles.</summary>
    public void TrackPercentiles()
    {
        lock (_lock)
        {
            Percentiles ??= new PercentileTracker();
        }
    }

    public void Enter() => Interlocked.Increment(ref _inFlight.Value);

    /// <summary>Never goes below zero, whatever callers do.</summary>
    public void Leave()
    {
        int seen = Volatile.Read(ref _inFlight.Value);
        while (seen > 0)
        {
            int found = Interlocked.CompareExchange(ref _inFlight.Value, seen - 1, seen);
            if (found == seen)
            {
                return;
            }
            seen = found;
        }
    }

    public void CountSuccess(in AttemptSample sample, long defaultWindow, long frequency)
    {
        lock (_lock)
        {
            _successes++;
            _window.EnsureLength(defaultWindow);
            _window.AddAttempt(sample.Now);
            _recent.Add(failed: false);
            Measure(sample, frequency);
        }
    }

    /// <summary>Counts a failure for the books alone.</summary>
    public void NoteFailure(LlmErrorKind kind)
    {
        Interlocked.Increment(ref _failures);
        Volatile.Write(ref _lastError, (int)kind);
    }

    /// <summary>Counts a failure in the window and returns the window's sums, this one included.</summary>
    public void CountFailure(in AttemptSample sample, long window, LlmErrorKind kind, out FailureCounts counts)
    {
        Volatile.Write(ref _lastFailure, sample.Now);
        lock (_lock)
        {
            _window.SetLength(window);
            _window.AddFailure(sample.Now, kind);
            _recent.Add(failed: true);
            counts = _window.Sum(sample.Now, kind) with { Recent = _recent };
        }
    }

    /// <summary>An attempt that ran into a time limit was at least as slow as that.</summary>
    public void MeasureTimeout(in AttemptSample sample, long frequency)
    {
        lock (_lock)
        {
            double seconds = sample.Total / (double)frequency;
            (sample.Streamed ? FirstToken : Answer).Add(seconds, sample.Now, frequency);
        }
    }

    /// <summary>Old failures must not open a circuit that a probe has just closed.</summary>
    public void ForgetWindow()
    {
        lock (_lock)
        {
            _window.Clear();
            _recent = default;
        }
    }

    private void Measure(in AttemptSample sample, long frequency)
    {
        double first = Math.Max(0, sample.FirstToken) / (double)frequency;
        double total = Math.Max(0, sample.Total) / (double)frequency;
        if (sample.Streamed)
        {
            FirstToken.Add(first, sample.Now, frequency);
        }
        else
        {
            Answer.Add(total, sample.Now, frequency);
            first = double.IsNaN(FirstToken.Seconds) ? 0 : FirstToken.Seconds;
        }
        UsedTokens.Add(sample.InputTokens + sample.OutputTokens, sample.Now, frequency);
        Percentiles?.FirstToken.Add(sample.Streamed ? first : total, sample.Now, frequency);
        if (sample.OutputTokens > 0)
        {
            Percentiles?.PerToken.Add(Math.Max(0, total - first) / sample.OutputTokens, sample.Now, frequency);
            PerToken.Add(Math.Max(0, total - first) / sample.OutputTokens, sample.Now, frequency);
        }
    }

    /// <summary>Alone on its cache lines: every call writes it twice while picks read the fields around it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct PaddedCount
    {
        [FieldOffset(64)]
        public int Value;
    }
}
