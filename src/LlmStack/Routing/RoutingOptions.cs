namespace LlmStack.Routing;

/// <summary>Wishes of one call about its routing. Immutable; attach with <c>options.WithRouting(…)</c>.</summary>
/// <remarks>Taken off before any provider sees the options. Do not change a list after it was handed over.</remarks>
public sealed record RoutingOptions
{
    internal const int DefaultPriority = 4;

    // The hash of all that static filters look at, kept up to date by each setter: a decision must not hash texts anew.
    private int _shape;

    /// <summary>Prefer deployments with any of these tags; else those tagged <c>default</c>; else the call fails. Null: no wish.</summary>
    public IReadOnlyList<string>? Tags { get; init => Set(ref field, value, 1); }

    /// <summary>Only deployments with any of these tags; never falls to those tagged <c>default</c>. Null: no wish.</summary>
    public IReadOnlyList<string>? RequiredTags { get; init => Set(ref field, value, 2); }

    /// <summary>Whether <see cref="Tags"/> and <see cref="RequiredTags"/> ask for all of their tags instead of any. Default false.</summary>
    public bool MatchAllTags { get; init => Set(ref field, value, 3); }

    /// <summary>Only deployments of this region; binds fallbacks as well. Null: any.</summary>
    public string? Region { get; init => Set(ref field, value, 4); }

    /// <summary>Only deployments known not to train on what they are sent; binds fallbacks as well. Default false.</summary>
    public bool ForbidTraining { get; init => Set(ref field, value, 5); }

    /// <summary>Only deployments known to keep content no longer than this; zero: not at all. Binds fallbacks as well. Null: any.</summary>
    public TimeSpan? MaxRetention { get; init => Set(ref field, value, 6); }

    /// <summary>
    /// Only deployments that take every parameter of the call as it is. Default false: a JSON schema prefers those that follow it
    /// natively, and what a model does not take is emulated, else dropped and listed in <c>Route.Changes</c>.
    /// </summary>
    public bool RequireParameters { get; init => Set(ref field, value, 7); }

    /// <summary>Only these deployments, by id or provider name. Null: all.</summary>
    public IReadOnlyList<string>? Only { get; init => Set(ref field, value, 8); }

    /// <summary>Never these deployments, by id or provider name. Null: none.</summary>
    public IReadOnlyList<string>? Ignore { get; init => Set(ref field, value, 9); }

    /// <summary>Ask in this order, by deployment id or provider name; others come after. Null: the group's strategy.</summary>
    public IReadOnlyList<string>? Order { get; init; }

    /// <summary>
    /// Only deployments whose expected cost of this call is not above this, in US dollars, 0 or more; an unknown price is above it.
    /// Null: no cap.
    /// </summary>
    public decimal? MaxCost
    {
        get;
        init
        {
            field = value;
            CostCap = value is { } most ? (double)most : double.PositiveInfinity;
        }
    }

    /// <summary>What keeps calls on one deployment. Null: as the group says.</summary>
    public Stickiness? Stickiness { get; init; }

    /// <summary>The whole call, waits included, ends after this time. Null: the configured request timeout (600 s).</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Groups to fall back to, replacing the group's own list. Null: the group's own.</summary>
    public IReadOnlyList<string>? Fallbacks { get; init; }

    /// <summary>Whether other groups may serve at all. Default true.</summary>
    public bool AllowFallbacks { get; init; } = true;

    /// <summary>At most this many attempts; 1 or more. Null: the configured number (6).</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>What happens to options that the provider or the model cannot take. Default: the provider's setting.</summary>
    public UnsupportedFields UnsupportedFields { get; init; }

    /// <summary>Whether a conversation that the provider would refuse is repaired. Null: the provider's setting (true).</summary>
    public bool? RepairHistory { get; init; }

    /// <summary>Whether breakpoints for the provider's prompt cache are set behind the stable prefix. Null: the provider's setting (false).</summary>
    public bool? CacheBreakpoints { get; init; }

    /// <summary>Up to this long to open a connection. Null: as configured.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>Up to this long until the first content. Null: as configured.</summary>
    public TimeSpan? FirstTokenTimeout { get; init; }

    /// <summary>Up to this long between two pieces of content. Null: as configured.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Up to this long for one attempt. Null: as configured.</summary>
    public TimeSpan? AttemptTimeout { get; init; }

    /// <summary>How urgent the call is where it has to queue for a deployment: 0 is most urgent, 9 least. Default 4.</summary>
    public int Priority { get; init; } = DefaultPriority;

    /// <summary>What happens to a stream lost after its first content. Null: as configured.</summary>
    public StreamLossBehavior? OnStreamLost { get; init; }

    /// <summary><see cref="MaxCost"/> for a first look; infinite without one.</summary>
    internal double CostCap { get; private init; } = double.PositiveInfinity;

    /// <summary>Equal for wishes that static filters judge alike; 0 when they look at none.</summary>
    internal int ShapeHash => _shape;

    /// <summary>Whether static filters judge these wishes as <paramref name="other"/>.</summary>
    internal bool HasShapeOf(RoutingOptions other) =>
        ReferenceEquals(this, other)
        || (_shape == other._shape
            && MatchAllTags == other.MatchAllTags
            && ForbidTraining == other.ForbidTraining
            && RequireParameters == other.RequireParameters
            && MaxRetention == other.MaxRetention
            && string.Equals(Region, other.Region, StringComparison.OrdinalIgnoreCase)
            && NameList.Same(Tags, other.Tags)
            && NameList.Same(RequiredTags, other.RequiredTags)
            && NameList.Same(Only, other.Only)
            && NameList.Same(Ignore, other.Ignore));

    private void Set(ref IReadOnlyList<string>? field, IReadOnlyList<string>? value, int salt)
    {
        _shape ^= NameList.Hash(field, salt) ^ NameList.Hash(value, salt);
        field = value;
    }

    private void Set(ref string? field, string? value, int salt)
    {
        _shape ^= NameList.Hash(field, salt) ^ NameList.Hash(value, salt);
        field = value;
    }

    private void Set(ref bool field, bool value, int salt)
    {
        _shape ^= field == value ? 0 : NameList.Salted(1, salt);
        field = value;
    }

    private void Set(ref TimeSpan? field, TimeSpan? value, int salt)
    {
        _shape ^= Hash(field, salt) ^ Hash(value, salt);
        field = value;
    }

    private static int Hash(TimeSpan? value, int salt) => value is { } time ? NameList.Salted(time.GetHashCode() + 1, salt) : 0;

    /// <summary>The managed prompt that the call was made from: its generation is linked to it in Langfuse. Changes no decision. Null: none.</summary>
    public PromptReference? Prompt { get; init; }

    /// <summary>How much of the decision the call's route keeps. Null: as configured (a summary).</summary>
    public ExplainLevel? Explain { get; init; }
}
