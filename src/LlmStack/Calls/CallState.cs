using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Everything one request knows of itself while it runs. Pooled; one owner at a time.</summary>
internal sealed class CallState(TimeProvider time)
{
    public RoutingSnapshot Snapshot = null!;
    public ModelGroup Group = null!;
    public CallPolicy Policy = CallPolicy.Default;
    public CallRoute Route = null!;
    public RouteRequest Request;
    public CancellationToken Caller;
    public LlmOperation Operation;
    public bool Streaming;

    // Monotonic, TimeProvider timestamp ticks.
    public long Started;
    public long Deadline;
    public long ProviderTicks;
    public long ConnectTicks;
    public long CredentialTicks;
    public long ConsumerTicks;
    public long WaitedTicks;
    public long QueuedTicks;
    public TimeSpan RequestTimeout;

    // What happened so far.
    public int Attempts;
    public int AttemptsInGroup;
    public int RetriesInGroup;
    public long? RetryTaken;
    public TimeSpan AttemptWait;
    public LlmException? LastError;
    public LlmException? LastRepeatable;
    public LlmException? MostActionable;
    public List<ModelGroup>? EnteredGroups;
    public AttemptHistory? History;
    public FallbackRewrite? Rewrite;

    // A stream that was lost and goes on: what was delivered, and used, before.
    public string Delivered = "";
    private UsageDetails? _earlierUsage;

    // Tracing. The first attempt is written into the call's own span; only a second one makes children.
    public SpanRecord? Span;
    public RouteAttempt? Failure;
    public LlmException? FailureError;
    public long FailureEnded;
    public long FirstAttemptStarted;

    private readonly byte[] _retriesOfKind = new byte[(int)LlmErrorKind.Cancelled + 1];

    /// <summary>The attempt under way, or the last one.</summary>
    public CallAttempt Attempt { get; set; } = new(time);

    /// <summary>Takes a failure into what decides the next step.</summary>
    public void Note(LlmException error, Deployment deployment)
    {
        int? retries = Group.PolicyFor(deployment).Errors[error.Kind].Retries;
        bool repeatable = retries is { } count ? count > 0 : error.Retryability == LlmRetryability.Transient;
        History ??= new AttemptHistory();
        if (!IsOfOneKey(error.Kind, deployment))
        {
            History.Add(deployment, refused: !repeatable);
        }
        else
        {
            History.AddKey(deployment);
        }

        if (error.Kind == LlmErrorKind.ContextWindowExceeded)
        {
            History.NoteTooSmall(deployment.ContextWindow ?? Request.EstimatedInputTokens);
        }

        LastError = error;
        LastRepeatable = repeatable ? error : LastRepeatable;
        MostActionable = ErrorRanking.MostActionable(MostActionable, error);
    }

    /// <summary>How many keys the caller may use at a deployment.</summary>
    public int KeysOf(Deployment deployment) => deployment.ProviderEntry?.Credentials.For(Request.Context).Count ?? 1;

    /// <summary>Whether a failure is that of a key while the deployment has others that this request has not used: then it is as good as not asked.</summary>
    private bool IsOfOneKey(LlmErrorKind kind, Deployment deployment) =>
        kind is LlmErrorKind.RateLimited or LlmErrorKind.Authentication or LlmErrorKind.QuotaExhausted
        && KeysOf(deployment) is > 1 and var keys
        && History!.KeysUsed(deployment) + 1 < keys;

    /// <summary>Whether the route is to name every candidate.</summary>
    public bool ExplainsAll => (Request.Routing?.Explain ?? Snapshot.Explain) == ExplainLevel.Full;

    /// <summary>Keeps an attempt beside those under way from going to the same deployment.</summary>
    public void NoteAsked(Deployment deployment)
    {
        History ??= new AttemptHistory();
        if (!History.WasAsked(deployment))
        {
            History.Add(deployment, refused: false);
        }
    }

    /// <summary>Counts time that the consumer of a stream took.</summary>
    public void CountConsumer(long ticks)
    {
        ConsumerTicks += ticks;
        Attempt.ConsumerTicks += ticks;
    }

    /// <summary>Counts where the time of an attempt went that is over.</summary>
    public void CountTime(CallAttempt attempt, long now)
    {
        ProviderTicks += now - attempt.Started - attempt.ConsumerTicks;
        ConnectTicks += attempt.ConnectTicks;
        CredentialTicks += attempt.CredentialTicks;
    }

    /// <summary>Adds what the lost part of a stream used.</summary>
    public void AddEarlierUsage(UsageDetails? usage)
    {
        if (usage is not null)
        {
            (_earlierUsage ??= new UsageDetails()).Add(usage);
        }
    }

    /// <summary>The usage of the whole answer, of which <paramref name="last"/> is the last part's.</summary>
    public UsageDetails? WithEarlierUsage(UsageDetails? last)
    {
        if (_earlierUsage is null)
        {
            return last;
        }

        var sum = new UsageDetails();
        sum.Add(_earlierUsage);
        if (last is not null)
        {
            sum.Add(last);
        }

        return sum;
    }

    /// <summary>Waiting retries after a kind, within the group.</summary>
    public int RetriesOf(LlmErrorKind kind) => _retriesOfKind[(int)kind];

    public void CountRetry(LlmErrorKind kind)
    {
        RetriesInGroup++;
        _retriesOfKind[(int)kind]++;
    }

    /// <summary>Enters a group: its members are fresh, its own settings and retries begin. The number of attempts is the request's.</summary>
    public void Enter(ModelGroup group, FallbackRewrite? rewrite)
    {
        GiveBackRetry();
        EnteredGroups!.Add(group);
        Group = group;
        Policy = group.Policy.MaxAttempts == Policy.MaxAttempts ? group.Policy : group.Policy with { MaxAttempts = Policy.MaxAttempts };
        Rewrite = rewrite;
        History?.EnterGroup();
        Route.Group = group.Name;
        AttemptsInGroup = 0;
        RetriesInGroup = 0;
        Array.Clear(_retriesOfKind);
    }

    /// <summary>What was taken out of the group's budget for an attempt that never began is there for other calls.</summary>
    private void GiveBackRetry()
    {
        if (RetryTaken is { } taken)
        {
            Group.RetryBudget.GiveBack(taken, time.TimestampFrequency);
            RetryTaken = null;
        }
    }

    public void Reset()
    {
        GiveBackRetry();
        Snapshot = null!;
        Group = null!;
        Policy = CallPolicy.Default;
        Route = null!;
        Request = default;
        Caller = default;
        Operation = default;
        Streaming = false;
        Started = Deadline = ProviderTicks = ConnectTicks = CredentialTicks = ConsumerTicks = WaitedTicks = QueuedTicks = 0;
        Attempts = AttemptsInGroup = RetriesInGroup = 0;
        AttemptWait = default;
        LastError = null;
        LastRepeatable = null;
        MostActionable = null;
        EnteredGroups = null;
        History = null;
        Rewrite = null;
        Delivered = "";
        _earlierUsage = null;
        Array.Clear(_retriesOfKind);
        Span = null;
        Failure = null;
        FailureError = null;
        FailureEnded = FirstAttemptStarted = 0;
        Attempt.Reset();
    }
}
