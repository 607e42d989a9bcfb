using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LlmStack.Health;

/// <summary>What was learned of a deployment: calls in flight, latency estimates, failure windows, cooldown. Lock-free to read.</summary>
/// <remarks>
/// Ordered by who touches what: a pick reads the references and what providers reported, an attempt that succeeds writes the estimates and
/// the counts at the end. What most deployments never need is made when it is needed.
/// </remarks>
internal sealed class DeploymentHealth
{
    private const int NoError = -1;

    private Circuit? _circuit;
    private FailureWindows _windows;
    private long _failures;
    private int _lastError = NoError;
    private long _lastFailure = long.MinValue;
    private volatile bool _draining;
    private ReportedHeadroom _headroom;
    private KeyHeadroom? _keyHeadroom;
    private LatencyEstimate _answer = new();
    private LatencyEstimate _firstToken = new();
    private LatencyEstimate _perToken = new();
    private AttemptCounts _counts;

    public int InFlight => Volatile.Read(ref _counts.InFlight);

    public long Successes => Volatile.Read(ref _counts.Successes);

    public long Failures => Volatile.Read(ref _failures);

    public LlmErrorKind? LastError => Volatile.Read(ref _lastError) is var kind and not NoError ? (LlmErrorKind)kind : null;

    /// <summary>Whether its own cooldown keeps nothing away: the one read of a healthy deployment's pick.</summary>
    public bool IsServing => _circuit is null || _circuit.IsIdle;

    /// <summary>The deployment's own cooldown, null until it is first needed; the credential's is kept by the tracker.</summary>
    public Circuit? Circuit => Volatile.Read(ref _circuit);

    /// <summary>Time to first content of streams.</summary>
    public ref LatencyEstimate FirstToken => ref _firstToken;

    /// <summary>Time to the whole answer of calls that do not stream.</summary>
    public ref LatencyEstimate Answer => ref _answer;

    /// <summary>Time for each generated token.</summary>
    public ref LatencyEstimate PerToken => ref _perToken;

    /// <summary>Tokens used lately, in and out; null until somebody asked for them.</summary>
    public DecayingSum? UsedTokens { get; private set; }

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
    public ref ReportedHeadroom Headroom => ref _headroom;

    /// <summary>The same for each credential, where keys are several or the callers' own.</summary>
    public KeyHeadroom KeyHeadroom => Volatile.Read(ref _keyHeadroom) ?? Interlocked.CompareExchange(ref _keyHeadroom, new KeyHeadroom(), null) ?? _keyHeadroom!;

    /// <summary>The deployment's own cooldown, to be opened.</summary>
    public Circuit TouchCircuit() => Volatile.Read(ref _circuit) ?? Interlocked.CompareExchange(ref _circuit, new Circuit(), null) ?? _circuit!;

    /// <summary>Asks for the memory that a pick and an attempt touch.</summary>
    public unsafe void Prefetch()
    {
        // Only a hint: that the collector may move the object meanwhile does no harm.
        Sse.Prefetch0(Unsafe.AsPointer(ref _circuit));
        Sse.Prefetch0(Unsafe.AsPointer(ref _answer));
        Sse.Prefetch0(Unsafe.AsPointer(ref _counts));
    }

    /// <summary>Starts to keep quantiles.</summary>
    public void TrackPercentiles()
    {
        _counts.Gate.Enter();
        Percentiles ??= new PercentileTracker();
        _counts.Gate.Exit();
    }

    /// <summary>Starts to count used tokens.</summary>
    public void TrackUsage()
    {
        _counts.Gate.Enter();
        UsedTokens ??= new DecayingSum();
        _counts.Gate.Exit();
    }

    public void Enter()
    {
        _counts.Gate.Enter();
        _counts.InFlight++;
        _counts.Gate.Exit();
    }

    /// <summary>Never goes below zero, whatever callers do.</summary>
    public void Leave()
    {
        _counts.Gate.Enter();
        _counts.Leave();
        _counts.Gate.Exit();
    }

    /// <summary>An attempt in flight has ended well.</summary>
    /// <param name="sample">What it measured.</param>
    /// <param name="defaultSlot">The length of a slot of the failure window, in ticks, until failures set others.</param>
    /// <param name="frequency">Ticks in a second.</param>
    public void LeaveWithSuccess(in AttemptSample sample, long defaultSlot, long frequency)
    {
        _counts.Gate.Enter();
        try
        {
            _counts.Leave();
            _counts.Successes++;
            _counts.Recent.Add(failed: false);
            if (!_counts.TryCount(sample.Now))
            {
                TurnSlot(sample.Now, defaultSlot);
            }
            Measure(sample, frequency);
        }
        finally
        {
            _counts.Gate.Exit();
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
        _counts.Gate.Enter();
        try
        {
            FlushSlot();
            _counts.Recent.Add(failed: true);
            counts = _windows.AddFailure(sample.Now, window, kind) with { Recent = _counts.Recent };
        }
        finally
        {
            _counts.Gate.Exit();
        }
    }

    /// <summary>An attempt that ran into a time limit was at least as slow as that.</summary>
    public void MeasureTimeout(in AttemptSample sample, long frequency)
    {
        double seconds = sample.Total / (double)frequency;
        _counts.Gate.Enter();
        (sample.Streamed ? ref _firstToken : ref _answer).Add(seconds, sample.Now, frequency);
        _counts.Gate.Exit();
    }

    /// <summary>What other machines measured lately, in seconds; NaN for what they did not.</summary>
    public void Blend(double answer, double firstToken, double perToken, long measured, long now, long frequency)
    {
        _counts.Gate.Enter();
        _answer.Blend(answer, measured, now, frequency);
        _firstToken.Blend(firstToken, measured, now, frequency);
        _perToken.Blend(perToken, measured, now, frequency);
        _counts.Gate.Exit();
    }

    /// <summary>Old failures must not open a circuit that a probe has just closed.</summary>
    public void ForgetWindow()
    {
        _counts.Gate.Enter();
        _windows.Clear();
        _counts.ForgetSlot();
        _counts.Recent = default;
        _counts.Gate.Exit();
    }

    /// <summary>Puts the attempts counted since the slot began into the window, and begins the slot that holds <paramref name="now"/> with one.</summary>
    private void TurnSlot(long now, long defaultSlot)
    {
        FlushSlot();
        _counts.BeginSlot(now, _windows.SlotTicks is > 0 and var ticks ? ticks : defaultSlot);
    }

    private void FlushSlot()
    {
        if (_counts.Attempts > 0)
        {
            _windows.AddAttempts(_counts.SlotStarts, _counts.SlotTicks, _counts.Attempts);
        }
        _counts.ForgetSlot();
    }

    private void Measure(in AttemptSample sample, long frequency)
    {
        double first = Math.Max(0, sample.FirstToken) / (double)frequency;
        double total = Math.Max(0, sample.Total) / (double)frequency;
        if (sample.Streamed)
        {
            _firstToken.Add(first, sample.Now, frequency);
        }
        else
        {
            _answer.Add(total, sample.Now, frequency);
            first = double.IsNaN(_firstToken.Seconds) ? 0 : _firstToken.Seconds;
        }
        UsedTokens?.Add(sample.InputTokens + sample.OutputTokens, sample.Now, frequency);
        Percentiles?.FirstToken.Add(sample.Streamed ? first : total, sample.Now, frequency);
        if (sample.OutputTokens > 0)
        {
            double perToken = Math.Max(0, total - first) / sample.OutputTokens;
            Percentiles?.PerToken.Add(perToken, sample.Now, frequency);
            _perToken.Add(perToken, sample.Now, frequency);
        }
    }
}
