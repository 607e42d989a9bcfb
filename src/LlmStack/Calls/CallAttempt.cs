using LlmStack.Catalog;
using LlmStack.Limits;
using LlmStack.Limits.Scopes;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Everything one attempt knows of itself. Reused for the attempts of a request that follow one another; hedges have their own.</summary>
internal sealed class CallAttempt : IConnectionWatch
{
    private const long Never = long.MinValue;

    /// <summary>A secret that is there within this time was not fetched.</summary>
    private static readonly TimeSpan AtHand = TimeSpan.FromMicroseconds(10);

    private readonly TimeProvider _time;
    private long _connectingSince = Never;
    private long _fetchingSince = Never;

    public CallAttempt(TimeProvider time)
    {
        _time = time;
        Clock = new AttemptClock(time);
        Call = new ProviderCall("-", StaticCredential.None) { Connection = this };
    }

    public Member? Member;
    public Reservation Reservation;
    public AttemptTimeouts Timeouts;
    public long ConnectLimit;

    /// <summary>What it holds of limits and budgets.</summary>
    public readonly ScopeReservation Scoped = new();

    public AttemptRole Role;
    public bool IsOpen;

    /// <summary>Its name in the ledger's journal; 0 without one.</summary>
    public long LedgerTicket;

    // Monotonic, TimeProvider timestamp ticks.
    public long Started;
    public long FirstTokenAt;
    public long ConsumerTicks;

    /// <summary>Until a connection was at hand.</summary>
    public long ConnectTicks;

    /// <summary>Until a secret was at hand.</summary>
    public long CredentialTicks;

    /// <summary>Whether the answer so far is text and reasoning alone.</summary>
    public bool IsPlain;

    public ResultFacts Facts;

    /// <summary>What beside usage and list price decides what it cost, once it has ended; mostly null.</summary>
    public BillingTerms? Billing;
    public List<FunctionCallContent>? ToolCalls;

    /// <summary>The failure its answer counts as although it is returned; null for an answer like any other.</summary>
    public LlmException? CountsAs;

    /// <summary>The attempt's own span; null while the call's span serves for it, or nothing is recorded.</summary>
    public SpanRecord? Span;

    public AttemptClock Clock { get; }

    public ProviderCall Call { get; }

    public TextAccumulator Text { get; } = new();

    /// <summary>Whether the adapter was given the request; of a stream, whether its first update was asked for.</summary>
    public bool HandedOver;

    /// <summary>Whether the adapter runs user code, inside which the span must be ambient.</summary>
    public bool RunsUserCode => Member!.Deployment.ProviderEntry!.RunsUserCode;

    /// <summary>Takes the attempt up for a deployment.</summary>
    public void Begin(Member member, in Reservation reservation, long now)
    {
        Member = member;
        Reservation = reservation;
        Role = AttemptRole.Usual;
        IsOpen = true;
        Started = now;
        FirstTokenAt = 0;
        ConsumerTicks = 0;
        ConnectTicks = CredentialTicks = 0;
        _connectingSince = _fetchingSince = Never;
        Facts = default;
        Billing = null;
        ToolCalls = null;
        CountsAs = null;
        IsPlain = true;
        HandedOver = false;
        Text.Clear();
        Call.Report.Reset();
    }

    /// <inheritdoc/>
    public void FetchingCredential() => _fetchingSince = _time.GetTimestamp();

    /// <inheritdoc/>
    public void FetchedCredential()
    {
        long ticks = Since(ref _fetchingSince);
        CredentialTicks += _time.GetElapsedTime(0, ticks) < AtHand ? 0 : ticks;
    }

    /// <inheritdoc/>
    public void Connecting()
    {
        _connectingSince = _time.GetTimestamp();
        Clock.ExpectConnection(_connectingSince, ConnectLimit);
    }

    /// <inheritdoc/>
    public void Connected()
    {
        ConnectTicks += Since(ref _connectingSince);
        Clock.Connected();
    }

    /// <summary>Whether <paramref name="limit"/> has passed since <paramref name="since"/>, which the first call sets.</summary>
    public bool HasPassed(ref long since, TimeSpan limit)
    {
        long now = _time.GetTimestamp();
        if (since == 0)
        {
            since = now;
        }

        return _time.GetElapsedTime(since, now) > limit;
    }

    public void Reset()
    {
        Member = null;
        Reservation = default;
        Timeouts = default;
        IsOpen = false;
        Started = FirstTokenAt = ConsumerTicks = ConnectTicks = CredentialTicks = 0;
        Facts = default;
        Billing = null;
        ToolCalls = null;
        CountsAs = null;
        Span = null;
        Call.Capture = NoContentCapture.Instance;
        Call.Credential = StaticCredential.None;
        Call.Report.Reset();
        Text.Clear();
    }

    /// <summary>Ends what began at <paramref name="since"/>; 0 when nothing did, or somebody has ended it.</summary>
    private long Since(ref long since)
    {
        if (since == Never)
        {
            return 0;
        }

        long ticks = _time.GetTimestamp() - since;
        since = Never;
        return ticks;
    }
}
