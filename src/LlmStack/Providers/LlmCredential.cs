using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>Makes credentials. Keep one for each id: limits, cooldowns and fetched tokens belong to it.</summary>
[Experimental("LLMSTACK001")]
public static class LlmCredential
{
    /// <summary>A key that does not change.</summary>
    /// <param name="id">A stable, non-secret id, for instance the customer's.</param>
    /// <param name="key">The key: visible ASCII.</param>
    /// <exception cref="ArgumentException"><paramref name="id"/> or <paramref name="key"/> is empty.</exception>
    public static ICredential FromKey(string id, string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return new StaticCredential(id, key);
    }

    /// <summary>A token that ends: fetched on first use, kept, and fetched anew ahead of its end or after a 401.</summary>
    /// <param name="id">A stable, non-secret id.</param>
    /// <param name="fetch">Fetches a token; one fetch runs at a time. It is not cancelled with a call, because others may wait for it.</param>
    /// <param name="refreshAhead">How long before its end a token is replaced in the background. Null: 5 minutes, and never more than half the token's life.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException"><paramref name="id"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="refreshAhead"/> is negative.</exception>
    public static ICredential FromToken(string id, Func<CancellationToken, ValueTask<CredentialToken>> fetch, TimeSpan? refreshAhead = null, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentNullException.ThrowIfNull(fetch);
        TimeSpan ahead = refreshAhead ?? TokenCredential.DefaultRefreshAhead;
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, TimeSpan.Zero, nameof(refreshAhead));
        return new TokenCredential(id, fetch, ahead, timeProvider ?? TimeProvider.System);
    }
}
