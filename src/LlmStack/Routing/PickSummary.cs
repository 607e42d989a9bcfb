using LlmStack.Health;

namespace LlmStack.Routing;

/// <summary>What a pick learned about candidates that are out, for the result when nobody is in.</summary>
internal struct PickSummary
{
    private Removal _last;
    private LlmErrorKind _kind;
    private string? _reason;
    private bool _exhausted;
    private bool _leastBadAsked;
    private long _leastBadWait;
    private long _wait;
    private int _shortestQueue;

    public PickSummary()
    {
        _wait = DynamicVerdict.Never;
        ScannedTier = -1;
        _kind = LlmErrorKind.NoCandidate;
    }

    /// <summary>How often the strategy was asked; a peek counts here what a pick counts in the strategy.</summary>
    public int Asked { get; set; }

    /// <summary>The cooling candidate whose turn comes first, one this request has not asked if there is one.</summary>
    public Member? LeastBad { get; private set; }

    /// <summary>The busy candidate with the shortest queue.</summary>
    public Member? Busy { get; private set; }

    /// <summary>A candidate that has just come back from a cooldown and was passed over.</summary>
    public Member? ComingBack { get; private set; }

    /// <summary>Whether somebody is out by nothing but a failed probe.</summary>
    public bool FailsProbe { get; private set; }

    /// <summary>The tier whose members were all looked at last; -1 when none was.</summary>
    public int ScannedTier { get; private set; }

    /// <summary>A bit for each member of that tier that was left out.</summary>
    public ulong Removed { get; private set; }

    /// <summary>Every member of a tier is looked at from here on.</summary>
    public void BeginScan(int tier)
    {
        ScannedTier = tier;
        Removed = 0;
    }

    public void Add(Member member, int position, in DynamicVerdict verdict, AttemptHistory? history)
    {
        Removed |= position < 64 ? 1UL << position : 0;
        // Filters run in the order of the enumeration, so the last that removed anybody is the one that emptied the set.
        if (verdict.Removal > _last)
        {
            _last = verdict.Removal;
            _kind = verdict.Kind;
            _reason = verdict.Reason;
        }
        _wait = Math.Min(_wait, verdict.Wait);
        if (verdict.Removal == Removal.Concurrency)
        {
            NoteBusy(member);
        }
        FailsProbe |= verdict.Removal == Removal.Probe;
        _exhausted |= verdict.Removal == Removal.History;
        if (verdict.Removal != Removal.Cooldown)
        {
            return;
        }
        bool asked = history is not null && history.WasAsked(member.Deployment);
        if (LeastBad is null || (asked == _leastBadAsked ? verdict.Wait < _leastBadWait : !asked))
        {
            LeastBad = member;
            _leastBadAsked = asked;
            _leastBadWait = verdict.Wait;
        }
    }

    /// <summary>Remembers who was passed over because he has just come back; he serves when nobody else does.</summary>
    public void NoteComingBack(Member member) => ComingBack ??= member;

    private void NoteBusy(Member member)
    {
        int waiting = member.Deployment.Gate.Waiting;
        if (Busy is null || waiting < _shortestQueue)
        {
            Busy = member;
            _shortestQueue = waiting;
        }
    }

    public readonly PickResult ToResult(HealthTracker health) =>
        Busy is not null ? new PickResult(PickStatus.Busy, Busy, TimeSpan.Zero, LlmErrorKind.Overloaded, "all are busy, this one has the shortest queue") :
        _wait != DynamicVerdict.Never ? new PickResult(PickStatus.Cooling, null, health.ToTimeSpan(_wait), _kind, _reason)
        : new PickResult(_exhausted ? PickStatus.Exhausted : PickStatus.Filtered, null, TimeSpan.Zero, _kind, _reason);
}
