namespace LlmStack.Limits.Scopes;

/// <summary>A limit or a budget of the configuration, with the counters of the calls that fall under it. Immutable; the counters outlive it.</summary>
internal abstract class ScopeRule(string id, ScopePattern pattern, ScopeTable table)
{
    public string Id { get; } = id;

    public ScopePattern Pattern { get; } = pattern;

    public ScopeTable Table { get; } = table;

    /// <summary>Rules that name a value where this one has a star, and take its calls away from it.</summary>
    public ScopeRule[] MoreSpecific { get; set; } = [];

    /// <summary>What happens to calls whose price nobody knows.</summary>
    public UnknownPriceBehavior UnknownPrice { get; init; }

    /// <summary>Whether a call as a whole counts, however many attempts it takes: requests and calls under way of callers.</summary>
    public virtual bool CountsCalls => false;

    /// <summary>Whether what an attempt uses counts.</summary>
    public abstract bool CountsAttempts { get; }

    public abstract bool CountsCost { get; }

    /// <summary>Whether each call has a counter of its own.</summary>
    public virtual bool IsPerCall => false;

    /// <summary>Up to how long a call may wait for it; zero: it fails at once.</summary>
    public virtual TimeSpan MaxWait => TimeSpan.Zero;

    public abstract LlmErrorKind ErrorKind { get; }

    /// <summary>A filter's reasons; constants, because picks allocate nothing.</summary>
    public abstract string UsedUp { get; }

    public abstract string TooLarge { get; }

    public string NoPrice => field ??= $"its price is unknown, which '{Id}' does not allow";

    /// <summary>What a call would cost under this rule; false when it is not to be counted.</summary>
    public bool TryCost(in ScopeDemand demand, out long cost)
    {
        cost = demand.Cost >= 0 ? demand.Cost : demand.AssumedCost;
        return demand.Cost >= 0 || UnknownPrice != UnknownPriceBehavior.Ignore;
    }

    /// <summary>What a call has cost under this rule; <paramref name="reserved"/> where nobody knows.</summary>
    public long CostOf(in ScopeOutcome outcome, long reserved) =>
        outcome.Cost != ScopeOutcome.Unknown ? outcome.Cost
        : UnknownPrice == UnknownPriceBehavior.Ignore ? 0
        : outcome.AssumedCost != ScopeOutcome.Unknown ? outcome.AssumedCost
        : reserved;

    /// <summary>Adds the counter that a call falls under, if it falls under any; several where each of its tags has one.</summary>
    public void Collect(LlmContext context, ScopeTarget? target, ScopeList list)
    {
        if (!Pattern.EachTag)
        {
            Collect(context, target, null, list);
            return;
        }

        foreach (string tag in context.Tags)
        {
            Collect(context, target, tag, list);
        }
    }

    private void Collect(LlmContext context, ScopeTarget? target, string? tag, ScopeList list)
    {
        if (!Pattern.TryMatch(context, target, tag, out ScopeKey key) || HasOwn(context, target, tag))
        {
            return;
        }

        list.Add(new ScopeEntry(this, IsPerCall ? Table.Make(key) : list.IsDryRun ? Table.Find(key) ?? Table.Make(key) : Table.GetOrAdd(key)));
    }

    private bool HasOwn(LlmContext context, ScopeTarget? target, string? tag)
    {
        foreach (ScopeRule rule in MoreSpecific)
        {
            // A star for tags stands for one tag at a time: the own entry of another tag does not count.
            if (tag is null ? rule.Pattern.TryMatch(context, target, null, out _) : rule.Pattern.TryMatch(OnlyTag(context, tag), target, tag, out _))
            {
                return true;
            }
        }

        return false;
    }

    private static LlmContext OnlyTag(LlmContext context, string tag) => context.Tags.Length == 1 ? context : context with { Tags = [tag] };
}
