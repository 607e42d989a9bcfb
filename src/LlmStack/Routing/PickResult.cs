namespace LlmStack.Routing;

/// <summary>The outcome of a pick.</summary>
/// <param name="Status">What came out.</param>
/// <param name="Member">Who was picked; null unless <see cref="PickStatus.Picked"/>.</param>
/// <param name="Wait">Until the first cooling or limited candidate comes back.</param>
/// <param name="Kind">The kind of error if the call ends here: that of the last filter that emptied the set.</param>
/// <param name="Reason">Why picked (a constant), or the filter's reason.</param>
internal readonly record struct PickResult(PickStatus Status, Member? Member, TimeSpan Wait, LlmErrorKind Kind, string? Reason)
{
    /// <summary>The pool that the request was assigned to; null for none.</summary>
    public string? Pool { get; init; }

    /// <summary>The survivors of the static filters that were picked from; null when nobody looked.</summary>
    public StaticSet? Set { get; init; }

    /// <summary>The tier of <see cref="Set"/> whose members were all looked at last; -1 when they were only sampled.</summary>
    public int ScannedTier { get; init; } = -1;

    /// <summary>A bit for each member of the scanned tier that was left out, by its position; those beyond 64 have none.</summary>
    public ulong Removed { get; init; }
}
