namespace LlmStack.Limits.Scopes;

/// <summary>A part of a limit that belongs to calls of one tag or priority, and is lent to others while they do not want it.</summary>
internal sealed record LimitShare(string Id, string? Tag, int? Priority, double Share)
{
    public bool Has(in ScopeDemand demand) =>
        (Priority is null || Priority == demand.Priority) && (Tag is null || demand.Context.Tags.Contains(Tag, StringComparer.Ordinal));

    /// <summary>How much of a limit belongs to it.</summary>
    public long Of(long limit) => (long)Math.Floor(limit * Share);
}
