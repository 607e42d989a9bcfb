using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Health;

/// <summary>Turns outcomes of attempts into latency estimates and cooldowns.</summary>
internal sealed class HealthTracker
{
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan ProbeLease = TimeSpan.FromSeconds(1);

    /// <summary>A machine with a wrong configuration must not take a deployment from everybody for ever.</summary>
    private static readonly TimeSpan LongestAdopted = TimeSpan.FromHours(24);

    private readonly ICooldownExchange _exchange;
    private readonly KeyCooldowns _keys;
    private readonly long _frequency;
    private readonly long _probeLease;
    private readonly long _defaultSlot;

    public HealthTracker(TimeProvider time, ICooldownExchange? exchange = null)
    {
        Time = time;
        _exchange = exchange ?? NoCooldownExchange.Instance;
        _frequency = time.TimestampFrequency;
        _probeLease = ToTicks(ProbeLease);
        _defaultSlot = SlidingCounts.SlotOf(WindowOf(CallPolicy.Default.Cooldown));
        _keys = new KeyCooldowns(_probeLease);
    }

    public TimeProvider Time { get; }

    /// <summary>Raised when a cooldown starts or ends; for logs, metrics and events. Handlers must not throw.</summary>
    public event Action<CooldownChange>? Changed;

    /// <summary>Whether nothing keeps calls away, whichever key they use. False says only that <see cref="StateOf"/> has to look.</summary>
    public bool IsServing(DeploymentHealth health) => health.IsServing && _keys.AreIdle;

    /// <summary>The state of a deployment, the caller's keys included, and the ticks until it may be asked.</summary>
    public CircuitState StateOf(Deployment deployment, long now, out long wait, LlmContext? context = null)
    {
        wait = 0;
        CircuitState state = deployment.Health.Circuit is { IsIdle: false } own ? own.StateAt(now, _probeLease, out wait) : CircuitState.Closed;
        if (_keys.AreIdle)
        {
            return state;
        }
        CircuitState keyState = _keys.StateOf(KeyCooldowns.KeysOf(deployment, context), deployment, now, out long keyWait);
        wait = Math.Max(wait, keyWait);
        return keyState > state ? keyState : state;
    }

    /// <summary>The failure behind a cooldown.</summary>
    public LlmErrorKind CauseOf(Deployment deployment, long now, LlmContext? context = null)
    {
        Circuit? cause = deployment.Health.Circuit;
        CredentialSet keys = KeyCooldowns.KeysOf(deployment, context);
        for (int i = 0; !_keys.AreIdle && i < keys.Count; i++)
        {
            foreach (Circuit? key in (ReadOnlySpan<Circuit?>)[_keys.Of(keys[i].Id), _keys.Of(keys[i].Id, deployment)])
            {
                cause = key is not null && key.Until > (cause?.Until ?? 0) && key.Until > now ? key : cause;
            }
        }
        return cause?.Kind ?? LlmErrorKind.Unknown;
    }

    /// <summary>Whether a deployment may be asked now; of a half-open one this takes the right to probe, false when somebody was faster.</summary>
    public bool TryEnter(Deployment deployment, long now, LlmContext? context = null) =>
        (deployment.Health.Circuit is not { } own || own.MayEnter(now, _probeLease)) && (_keys.AreIdle || _keys.MayEnter(KeyCooldowns.KeysOf(deployment, context), deployment, now));

    /// <summary>The key of an attempt, out of those that would do; <paramref name="full"/> has the bits of those that have no room.</summary>
    public ICredential Choose(in CredentialSet keys, Deployment deployment, long now, ulong full = 0) => _keys.Choose(keys, deployment, now, full);

    /// <summary>Ticks until a key may be used at a deployment; 0 when it may be used now, or be probed.</summary>
    public long CoolingOf(Deployment deployment, ICredential key, long now) =>
        !_keys.AreIdle && _keys.StateOf(new CredentialSet(key), deployment, now, out long wait) > CircuitState.HalfOpen ? Math.Max(1, wait) : 0;

    /// <summary>Ticks until a prompt fits what the provider said is left for a key.</summary>
    public long HeadroomWaitOf(Deployment deployment, ICredential key, long tokens, long now) =>
        KeyCooldowns.HasOneKey(deployment) ? deployment.Health.Headroom.WaitFor(tokens, now) : deployment.Health.KeyHeadroom.WaitFor(key.Id, tokens, now);

    /// <summary>Counts the tokens of a prompt that is on its way.</summary>
    public void Sent(Deployment deployment, ICredential key, long tokens, long now)
    {
        if (KeyCooldowns.HasOneKey(deployment))
        {
            deployment.Health.Headroom.Sent(tokens, now);
        }
        else
        {
            deployment.Health.KeyHeadroom.Sent(key.Id, tokens, now);
        }
    }

    /// <summary>The share of its usual load that a deployment gets: 1, unless it has just come back from a cooldown.</summary>
    public static double ShareOf(Deployment deployment, long now) => deployment.Health.Circuit is { IsIdle: false } own ? own.ShareAt(now) : 1;

    /// <summary>An attempt starts: counts it in flight. Every call is matched by exactly one of the others.</summary>
    public void Started(Deployment deployment, ICredential? key = null)
    {
        DeploymentHealth health = deployment.Health;
        health.Enter();
        if (!health.IsServing)
        {
            health.Circuit!.AttemptStarted(Time.GetTimestamp());
        }
        if (!_keys.AreIdle)
        {
            string id = IdOf(deployment, key);
            _keys.Of(id)?.AttemptStarted(Time.GetTimestamp());
            _keys.Of(id, deployment)?.AttemptStarted(Time.GetTimestamp());
        }
    }

    /// <summary>An attempt succeeded.</summary>
    public void Succeeded(Deployment deployment, in AttemptSample sample, ICredential? key = null)
    {
        DeploymentHealth health = deployment.Health;
        health.LeaveWithSuccess(sample, _defaultSlot, _frequency);
        long started = sample.Now - sample.Total;
        bool closed = !health.IsServing && health.Circuit!.Succeeded(started, sample.Now);
        if (closed)
        {
            health.ForgetWindow();
        }
        if (closed)
        {
            TellEnd(deployment.Id, null);
        }
        if (!_keys.AreIdle)
        {
            string id = IdOf(deployment, key);
            if (_keys.Of(id)?.Succeeded(started, sample.Now) ?? false)
            {
                closed = true;
                TellEnd(null, id);
            }
            if (_keys.Of(id, deployment)?.Succeeded(started, sample.Now) ?? false)
            {
                closed = true;
                TellEnd(deployment.Id, id);
            }
        }
        if (closed)
        {
            Changed?.Invoke(new CooldownChange(deployment, Cooling: false, TimeSpan.Zero, LlmErrorKind.Unknown));
        }
    }

    /// <summary>A probe that began at <paramref name="started"/> was answered, which ends a cooldown early; not one for which the provider asked.</summary>
    public void ProbeSucceeded(Deployment deployment, long started, ICredential? key)
    {
        long now = Time.GetTimestamp();
        bool closed = deployment.Health.Circuit is { IsIdle: false, Kind: not LlmErrorKind.RateLimited } own && own.Succeeded(started, now);
        if (closed)
        {
            deployment.Health.ForgetWindow();
            TellEnd(deployment.Id, null);
        }
        if (key is not null && !_keys.AreIdle)
        {
            if (_keys.Of(key.Id) is { Kind: not LlmErrorKind.RateLimited } everywhere && everywhere.Succeeded(started, now))
            {
                closed = true;
                TellEnd(null, key.Id);
            }
        }
        if (closed)
        {
            Changed?.Invoke(new CooldownChange(deployment, Cooling: false, TimeSpan.Zero, LlmErrorKind.Unknown));
        }
    }

    /// <summary>An attempt failed.</summary>
    public void Failed(Deployment deployment, ModelGroup group, LlmException error, in AttemptSample sample, ICredential? key = null, int keys = 1)
    {
        DeploymentHealth health = deployment.Health;
        health.Leave();
        health.NoteFailure(error.Kind);
        CallPolicy settings = group.PolicyFor(deployment);
        ErrorRule rule = settings.Errors[error.Kind];
        if (!Counts(error, rule))
        {
            ReleaseProbes(deployment, key, sample.Now - sample.Total);
            return;
        }
        if (error.Kind == LlmErrorKind.Timeout)
        {
            health.MeasureTimeout(sample, _frequency);
        }
        CooldownPolicy policy = settings.Cooldown;
        // A probe that failed settles the matter whatever the counters say.
        bool probeFailed = health.Circuit?.StateAt(sample.Now, _probeLease, out _) is CircuitState.HalfOpen or CircuitState.Probing;
        health.CountFailure(sample, WindowOf(policy), error.Kind, out FailureCounts counts);
        if (!policy.Enabled)
        {
            ReleaseProbes(deployment, key, sample.Now - sample.Total);
            return;
        }
        bool byCount = CooldownRules.CountRule(policy, rule, counts);
        bool single = !HasAnotherMember(group, deployment);
        switch (error.Kind)
        {
            case LlmErrorKind.Authentication or LlmErrorKind.QuotaExhausted:
                OpenKey(deployment, key, policy, error, sample);
                break;
            case LlmErrorKind.PermissionDenied or LlmErrorKind.NotFound:
                Open(deployment, deployment.Id, null, policy.LongDuration, policy, error, sample);
                break;
            case LlmErrorKind.RateLimited when byCount || ((!single || keys > 1) && rule.AllowedFailures is null):
                Open(deployment, deployment.Id, KeyCooldowns.HasOneKey(deployment) ? null : IdOf(deployment, key), Asked(error) is { Ticks: > 0 } asked ? asked : policy.Duration, policy, error, sample);
                break;
            case LlmErrorKind.RateLimited:
                ReleaseProbes(deployment, key, sample.Now - sample.Total);
                break;
            default:
                if (probeFailed || byCount || CooldownRules.RatioRule(policy, single, counts))
                {
                    Open(deployment, deployment.Id, null, policy.Duration, policy, error, sample);
                }
                break;
        }
    }

    /// <summary>An attempt was cancelled by the caller or cut by us without a fault of the deployment.</summary>
    public void Cancelled(Deployment deployment, long started, ICredential? key = null)
    {
        deployment.Health.Leave();
        ReleaseProbes(deployment, key, started);
    }

    /// <summary>The provider said that nothing is left until a moment: picks stay away until then, before a 429 has to say so.</summary>
    public void Headroom(Deployment deployment, RateLimitHeadroom headroom, long now, ICredential? key = null)
    {
        if (headroom is { RemainingTokens: { } left, ResetTokens: { } until } && until > TimeSpan.Zero)
        {
            long resets = now + ToTicks(until > LongestRetryAfter ? LongestRetryAfter : until);
            if (KeyCooldowns.HasOneKey(deployment))
            {
                deployment.Health.Headroom.Report(left, resets);
            }
            else
            {
                deployment.Health.KeyHeadroom.Report(IdOf(deployment, key), left, resets);
            }
        }
        TimeSpan wait = TimeSpan.Zero;
        if (headroom is { RemainingRequests: <= 0, ResetRequests: { } requests })
        {
            wait = requests;
        }
        if (headroom is { RemainingTokens: <= 0, ResetTokens: { } tokens } && tokens > wait)
        {
            wait = tokens;
        }
        if (wait <= TimeSpan.Zero)
        {
            return;
        }
        wait = wait > LongestRetryAfter ? LongestRetryAfter : wait;
        string? own = KeyCooldowns.HasOneKey(deployment) ? null : IdOf(deployment, key);
        Circuit circuit = CircuitOf(deployment, deployment.Id, own);
        long before = circuit.Until;
        bool began = circuit.HoldUntil(now, now + ToTicks(wait), LlmErrorKind.RateLimited);
        if (_exchange.SharesCooldowns && circuit.Until > before)
        {
            _exchange.Cooled(new SharedCooldown(deployment.Id, own, circuit.Until, LlmErrorKind.RateLimited, Trips: false));
        }
        if (began)
        {
            Changed?.Invoke(new CooldownChange(deployment, Cooling: true, wait, LlmErrorKind.RateLimited));
        }
    }

    /// <summary>Another machine has seen a deployment or a key fail.</summary>
    /// <param name="deployment">The deployment; null for a key at every model.</param>
    /// <param name="key">The id of the key's credential; null for the deployment whichever key is used.</param>
    /// <param name="left">How much of the cooldown is left.</param>
    /// <param name="kind">The failure behind it.</param>
    /// <param name="trips">Whether a probe has to succeed afterwards.</param>
    public void Adopt(Deployment? deployment, string? key, TimeSpan left, LlmErrorKind kind, bool trips)
    {
        if (left <= TimeSpan.Zero || (deployment is null && key is null))
        {
            return;
        }
        left = left > LongestAdopted ? LongestAdopted : left;
        Circuit circuit = key is null ? deployment!.Health.TouchCircuit() : deployment is null ? _keys.Touch(key) : _keys.Touch(key, deployment);
        long now = Time.GetTimestamp();
        if (circuit.Adopt(now, now + ToTicks(left), kind, trips) && deployment is not null)
        {
            Changed?.Invoke(new CooldownChange(deployment, Cooling: true, left, kind));
        }
    }

    public long ToTicks(TimeSpan span) => (long)((Int128)span.Ticks * _frequency / TimeSpan.TicksPerSecond);

    public TimeSpan ToTimeSpan(long ticks) => new((long)((Int128)ticks * TimeSpan.TicksPerSecond / _frequency));

    /// <summary>Whether a failure counts: what was set for its kind, else whether it is the deployment's fault. A caller's own key or limit never is.</summary>
    private static bool Counts(LlmException error, ErrorRule rule) =>
        rule.Cool is { } cool ? cool && error.Scope != LlmErrorScope.Caller : IsFaultOfDeployment(error);

    private static bool IsFaultOfDeployment(LlmException error) =>
        error.Scope is not (LlmErrorScope.Caller or LlmErrorScope.Request)
        && error.Kind is not (LlmErrorKind.InvalidRequest or LlmErrorKind.ContextWindowExceeded or LlmErrorKind.ContentPolicyViolation
            or LlmErrorKind.NoCandidate or LlmErrorKind.LimitExceeded or LlmErrorKind.BudgetExceeded or LlmErrorKind.PolicyDenied
            or LlmErrorKind.Configuration or LlmErrorKind.Cancelled);

    private static bool HasAnotherMember(ModelGroup group, Deployment deployment)
    {
        foreach (Member member in group.Members)
        {
            if (!ReferenceEquals(member.Deployment.Health, deployment.Health))
            {
                return true;
            }
        }
        return false;
    }

    private long WindowOf(CooldownPolicy policy) => ToTicks(policy.Window);

    private void OpenKey(Deployment deployment, ICredential? key, CooldownPolicy policy, LlmException error, in AttemptSample sample)
    {
        string id = IdOf(deployment, key);
        bool hasKey = id != StaticCredential.None.Id;
        if (hasKey)
        {
            // The verdict is the key's; the deployment's own circuit learned nothing from this probe.
            deployment.Health.Circuit?.ReleaseProbe(sample.Now - sample.Total);
        }
        Open(deployment, hasKey ? null : deployment.Id, hasKey ? id : null, policy.LongDuration, policy, error, sample);
    }

    /// <summary>The cooldown of a deployment, of a key at it, or of a key everywhere.</summary>
    private Circuit CircuitOf(Deployment deployment, string? id, string? key) =>
        key is null ? deployment.Health.TouchCircuit() : id is null ? _keys.Touch(key) : _keys.Touch(key, deployment);

    private static string IdOf(Deployment deployment, ICredential? key) => key?.Id ?? deployment.ProviderEntry?.Credential.Id ?? StaticCredential.None.Id;

    private void Open(Deployment deployment, string? id, string? key, TimeSpan first, CooldownPolicy policy, LlmException error, in AttemptSample sample)
    {
        Circuit circuit = CircuitOf(deployment, id, key);
        var length = new CooldownLength(ToTicks(first), ToTicks(policy.MaxDuration), ToTicks(Asked(error)), policy.HalfOpenProbes, ToTicks(policy.SlowStart));
        bool began = circuit.Open(sample.Now, sample.Now - sample.Total, length, error.Kind, out long duration);
        if (_exchange.SharesCooldowns)
        {
            _exchange.Cooled(new SharedCooldown(id, key, circuit.Until, error.Kind, Trips: true));
        }
        if (began)
        {
            Changed?.Invoke(new CooldownChange(deployment, Cooling: true, ToTimeSpan(duration), error.Kind));
        }
    }

    private static TimeSpan Asked(LlmException error) =>
        error.RetryAfter is { } after ? TimeSpan.FromTicks(Math.Clamp(after.Ticks, 0, LongestRetryAfter.Ticks)) : TimeSpan.Zero;

    private void TellEnd(string? deployment, string? key)
    {
        if (_exchange.SharesCooldowns)
        {
            _exchange.Cooled(new SharedCooldown(deployment, key, 0, LlmErrorKind.Unknown, Trips: false));
        }
    }

    private void ReleaseProbes(Deployment deployment, ICredential? key, long started)
    {
        deployment.Health.Circuit?.ReleaseProbe(started);
        if (!_keys.AreIdle)
        {
            string id = IdOf(deployment, key);
            _keys.Of(id)?.ReleaseProbe(started);
            _keys.Of(id, deployment)?.ReleaseProbe(started);
        }
    }
}
