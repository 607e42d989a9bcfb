using LlmStack.Catalog;
using LlmStack.Limits;
using LlmStack.Providers;
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
    public long ConsumerTicks;
    public long WaitedTicks;
    public long FirstTokenAt;
    public TimeSpan RequestTimeout;

    // The attempt under way.
    public Member? Member;
    public Reservation Reservation;
    public long AttemptStarted;
    public TimeSpan AttemptWait;
    public AttemptTimeouts Timeouts;
    public bool InAttempt;

    // What happened so far.
    public int Attempts;
    public int AttemptsInGroup;
    public int RetriesInGroup;
    public LlmException? LastError;
    public LlmException? LastTransient;
    public LlmException? MostActionable;
    public List<ModelGroup>? EnteredGroups;
    public AttemptHistory? History;
    public ResultFacts Facts;

    /// <summary>How the attempt is billed, and for what, once it has ended; the usage only where it is not that of the facts.</summary>
    public BillingTerms? Billing;
    public UsageDetails? BilledUsage;
    public List<FunctionCallContent>? ToolCalls;

    // Tracing. The first attempt is written into the call's own span; only a second one makes children.
    public SpanRecord? Span;
    public SpanRecord? AttemptSpan;
    public RouteAttempt? Failure;
    public LlmException? FailureError;
    public long FailureEnded;
    public long FirstAttemptStarted;

    public AttemptClock Clock { get; } = new(time);

    public ProviderCall Call { get; } = new("-", StaticCredential.None);

    public TextAccumulator Text { get; } = new();

    /// <summary>The span that the attempt under way writes its content into; null when nothing is recorded.</summary>
    public SpanRecord? CaptureTarget => AttemptSpan ?? Span;

    /// <summary>Whether the adapter under way runs user code, inside which the span must be ambient.</summary>
    public bool RunsUserCode => Member!.Deployment.ProviderEntry!.RunsUserCode;

    public void Reset()
    {
        Snapshot = null!;
        Group = null!;
        Policy = CallPolicy.Default;
        Route = null!;
        Request = default;
        Caller = default;
        Operation = default;
        Streaming = false;
        Started = Deadline = ProviderTicks = ConsumerTicks = WaitedTicks = FirstTokenAt = 0;
        Member = null;
        Reservation = default;
        AttemptStarted = 0;
        AttemptWait = default;
        Timeouts = default;
        InAttempt = false;
        Attempts = AttemptsInGroup = RetriesInGroup = 0;
        LastError = null;
        LastTransient = null;
        MostActionable = null;
        EnteredGroups = null;
        History = null;
        Facts = default;
        Billing = null;
        BilledUsage = null;
        ToolCalls = null;
        Span = null;
        AttemptSpan = null;
        Failure = null;
        FailureError = null;
        FailureEnded = FirstAttemptStarted = 0;
        Call.Capture = NoContentCapture.Instance;
        Call.Credential = StaticCredential.None;
        Call.Report.Reset();
        Text.Clear();
    }
}
