namespace LlmStack.Limits.Scopes;

/// <summary>One counter of a limit or budget, as other machines know it.</summary>
internal interface ISharedScope
{
    /// <summary>The same on every machine with the same configuration, for instance <c>limits/per-team/60/team=search</c>.</summary>
    string Name { get; }

    /// <summary>How long what is used counts; <see cref="TimeSpan.MaxValue"/> for a budget that never starts anew.</summary>
    TimeSpan Length { get; }

    /// <summary>Whether the window has a start and an end (budgets), instead of sliding (limits).</summary>
    bool IsFixed { get; }

    /// <summary>Whether this process has forgotten it; what others use need not be told any more.</summary>
    bool IsForgotten { get; }

    /// <summary>Whether calls wait for it.</summary>
    bool HasWaiters { get; }

    /// <summary>What the exchange keeps of it; null until it sets it.</summary>
    object? Link { get; set; }

    /// <summary>What this process uses of it now, what is reserved included. Takes a short lock, never waits.</summary>
    ScopeUse Read();

    /// <summary>Replaces what is known of the other machines' use. Takes a short lock, never waits.</summary>
    /// <param name="bucket">Of a budget <see cref="ScopeUse.Bucket"/> of the window it belongs to; another window's is ignored. Of a limit 0.</param>
    /// <param name="others">The sum over the other machines, of a limit inside the window that ends now.</param>
    void SetOthers(long bucket, in ScopeAmounts others);
}
