namespace LlmStack.Limits.Scopes;

/// <summary>A limit of the configuration: what may be used in any window of its length, and how many calls may be under way.</summary>
internal sealed class LimitRule(string id, ScopePattern pattern, ScopeTable table) : ScopeRule(id, pattern, table)
{
    /// <summary>Stands for no limit.</summary>
    public const long None = long.MaxValue;

    private UsedAmounts _max = NoMax;

    /// <summary>No limit of anything.</summary>
    public static UsedAmounts NoMax { get; } = new(None, None, None, None);

    /// <summary>What may be used at most, without the limit of tokens in and out together.</summary>
    public ref readonly UsedAmounts Max => ref _max;

    public long Requests { get; init => _max = new UsedAmounts(field = value, InputTokens, OutputTokens, Cost); } = None;

    public long InputTokens { get; init => _max = new UsedAmounts(Requests, field = value, OutputTokens, Cost); } = None;

    public long OutputTokens { get; init => _max = new UsedAmounts(Requests, InputTokens, field = value, Cost); } = None;

    public long TotalTokens { get; init; } = None;

    public long Running { get; init; } = None;

    /// <summary>In 10⁻⁹ US dollars.</summary>
    public long Cost { get; init => _max = new UsedAmounts(Requests, InputTokens, OutputTokens, field = value); } = None;

    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan Wait { get; init; }

    public LimitShare[] Shares { get; init; } = [];

    public override TimeSpan MaxWait => Wait;

    public override LlmErrorKind ErrorKind => LlmErrorKind.LimitExceeded;

    public override bool CountsCalls => !Pattern.LooksAtDeployment && (Requests != None || Running != None);

    public override bool CountsAttempts => Pattern.LooksAtDeployment || CountsTokens || CountsCost;

    public override bool CountsCost => Cost != None;

    public bool CountsTokens => InputTokens != None || OutputTokens != None || TotalTokens != None;

    public override string UsedUp => field ??= $"the limit '{Id}' is used up";

    public override string TooLarge => field ??= $"the call exceeds the whole limit '{Id}'";

    /// <summary>Of which share a call is; -1 for none.</summary>
    public int ShareOf(in ScopeDemand demand)
    {
        for (int i = 0; i < Shares.Length; i++)
        {
            if (Shares[i].Has(demand))
            {
                return i;
            }
        }

        return -1;
    }
}
