namespace LlmStack.Limits.Scopes;

/// <summary>Shares what is used of limits and budgets between machines. The default shares nothing.</summary>
/// <remarks>
/// <para>
/// Every decision is made at once and on this machine, over its own use and what <see cref="ISharedScope.SetOthers"/> last said of the
/// others. An implementation is told by <see cref="Changed"/> which counters have moved, sends what <see cref="ISharedScope.Read"/> says in
/// the background, always as a whole and never as a difference, so that what was sent twice or got lost does no harm; and hands the sum of
/// the other machines to <see cref="ISharedScope.SetOthers"/>: this one's part must not be in it, for it is counted here already.
/// </para>
/// <para>
/// Between two calls of <see cref="ISharedScope.SetOthers"/> the others' use is taken to stay as it was, of a limit for one window at most,
/// of a budget until its window ends. So a store that is out of reach leaves each machine with its own view, and nothing is counted twice
/// when it comes back.
/// </para>
/// </remarks>
internal interface IScopeExchange
{
    /// <summary>Whether changes are wanted. Read on every call; false costs nothing further.</summary>
    bool IsActive { get; }

    /// <summary>Something was asked of, reserved in or settled on a counter. Called on the path of a call, under no lock: it must not wait, nor throw.</summary>
    void Changed(ISharedScope scope);

    /// <summary>Begins to exchange, before the first call; the first change begins it as well. The second time nothing happens.</summary>
    void Start();
}
