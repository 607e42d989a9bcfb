namespace LlmStack.Limits.Scopes;

/// <summary>Shares what is used of limits and budgets between machines. The default shares nothing.</summary>
/// <remarks>
/// <para>
/// Every decision is made at once and on this machine, over its own use and what <see cref="ISharedScope.SetOthers"/> last said of the
/// others. An implementation adds up what it is told by <see cref="Publish"/>, sends the sums in the background by
/// <see cref="ISharedScope.Name"/> and <see cref="ScopeChange.Bucket"/>, reads the totals of the scopes it has heard of, and hands the
/// others' part of each to <see cref="ISharedScope.SetOthers"/>: its own part must not be in it, for it is counted here already.
/// </para>
/// <para>
/// Between two calls of <see cref="ISharedScope.SetOthers"/> the others' use is taken to stay as it was, of a limit for one window at most,
/// of a budget until its window ends. So a store that is out of reach leaves each machine with its own view, and nothing is counted twice
/// when it comes back. Changes are told once each: when a reservation is made, and when it is settled, as the difference.
/// </para>
/// </remarks>
internal interface IScopeExchange
{
    /// <summary>Whether changes are wanted. Read on every call; false costs nothing further.</summary>
    bool IsActive { get; }

    /// <summary>Takes a change up. Called on the path of a call, under no lock: it must not wait, nor throw.</summary>
    void Publish(in ScopeChange change);
}
