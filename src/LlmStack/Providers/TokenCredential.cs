namespace LlmStack.Providers;

/// <summary>Keeps a fetched token, replaces it ahead of its end in the background, and once more when a provider refuses it.</summary>
internal sealed class TokenCredential(string id, Func<CancellationToken, ValueTask<CredentialToken>> fetch, TimeSpan refreshAhead, TimeProvider time) : ICredential
{
    public static readonly TimeSpan DefaultRefreshAhead = TimeSpan.FromMinutes(5);

    /// <summary>After a background refresh that failed the old token serves on; the next try waits this long.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Held? _held;
    private Task<Held>? _fetching;

    public string Id { get; } = id;

    public ValueTask<string?> GetSecretAsync(CancellationToken cancellationToken)
    {
        Held? held = Volatile.Read(ref _held);
        if (held is null)
        {
            return WaitAsync(Fetch(), cancellationToken);
        }

        long now = time.GetUtcNow().UtcTicks;
        if (now < held.RefreshAt)
        {
            return new ValueTask<string?>(held.Secret);
        }

        Task<Held> fetching = Fetch();
        return now < held.ExpiresAt && !fetching.IsCompletedSuccessfully ? new ValueTask<string?>(held.Secret) : WaitAsync(fetching, cancellationToken);
    }

    public async ValueTask<bool> RefreshAsync(string refused, CancellationToken cancellationToken)
    {
        Held? held = Volatile.Read(ref _held);
        if (held is not null && !string.Equals(held.Secret, refused, StringComparison.Ordinal))
        {
            // Another call was refused first and has brought a new one.
            return true;
        }

        string? secret = await WaitAsync(Fetch(), cancellationToken).ConfigureAwait(false);
        return !string.Equals(secret, refused, StringComparison.Ordinal);
    }

    public override string ToString() => Id;

    private static async ValueTask<string?> WaitAsync(Task<Held> fetching, CancellationToken cancellationToken) =>
        (await fetching.WaitAsync(cancellationToken).ConfigureAwait(false)).Secret;

    /// <summary>The fetch under way, or a new one: callers share it, so none of them may cancel it.</summary>
    private Task<Held> Fetch()
    {
        lock (_lock)
        {
            if (_fetching is { } running)
            {
                return running;
            }

            Task<Held> fetching = FetchAsync();
            if (!fetching.IsCompleted)
            {
                _fetching = fetching;
            }

            return fetching;
        }
    }

    private async Task<Held> FetchAsync()
    {
        // The fetch must not run under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            CredentialToken token = await fetch(CancellationToken.None).ConfigureAwait(false);
            if (string.IsNullOrEmpty(token.Secret))
            {
                throw new LlmException(LlmErrorKind.Authentication, $"The credential '{Id}' fetched an empty token.");
            }

            Held held = Keep(token);
            Volatile.Write(ref _held, held);
            return held;
        }
        catch
        {
            if (Volatile.Read(ref _held) is { } old)
            {
                // Not beyond its end: from then on the failure is the callers'.
                Volatile.Write(ref _held, old with { RefreshAt = Math.Min((time.GetUtcNow() + RetryDelay).UtcTicks, old.ExpiresAt) });
            }

            throw;
        }
        finally
        {
            lock (_lock)
            {
                _fetching = null;
            }
        }
    }

    private Held Keep(CredentialToken token)
    {
        if (token.ExpiresAt is not { } end)
        {
            return new Held(token.Secret, long.MaxValue, long.MaxValue);
        }

        long now = time.GetUtcNow().UtcTicks;
        long life = Math.Max(0, end.UtcTicks - now);
        return new Held(token.Secret, end.UtcTicks - Math.Min(refreshAhead.Ticks, life / 2), end.UtcTicks);
    }

    private sealed record Held(string Secret, long RefreshAt, long ExpiresAt)
    {
        public override string ToString() => nameof(Held);
    }
}
