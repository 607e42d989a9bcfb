using LlmStack.Providers;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers.Credentials;

public sealed class TokenCredentialTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<TaskCompletionSource<CredentialToken>> _fetches = [];

    [Fact]
    public async Task A_token_is_fetched_once_and_served_at_once_from_then_on()
    {
        ICredential credential = Credential();
        ValueTask<string?> first = credential.GetSecretAsync(default);
        Assert.False(first.IsCompleted);
        Answer("t1", TimeSpan.FromHours(1));
        Assert.Equal("t1", await first);
        ValueTask<string?> second = credential.GetSecretAsync(default);
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal("t1", await second);
        Assert.Single(_fetches);
    }

    [Fact]
    public async Task Callers_that_come_together_share_one_fetch_and_one_of_them_may_leave()
    {
        ICredential credential = Credential();
        using var leaving = new CancellationTokenSource();
        Task<string?>[] waiting = [.. Enumerable.Range(0, 50).Select(i => Task.Run(() => credential.GetSecretAsync(i == 7 ? leaving.Token : default).AsTask()))];
        await FetchedAsync(1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting[7]);
        Answer("shared", TimeSpan.FromHours(1));
        foreach (Task<string?> one in waiting.Where((_, i) => i != 7))
        {
            Assert.Equal("shared", await one);
        }

        Assert.Single(_fetches);
    }

    [Fact]
    public async Task A_token_is_replaced_ahead_of_its_end_while_calls_go_on_with_the_old_one()
    {
        ICredential credential = Credential();
        ValueTask<string?> first = credential.GetSecretAsync(default);
        Answer("old", TimeSpan.FromHours(1));
        await first;
        _time.Advance(TimeSpan.FromMinutes(55));
        ValueTask<string?> during = credential.GetSecretAsync(default);
        Assert.True(during.IsCompletedSuccessfully);
        Assert.Equal("old", await during);
        await FetchedAsync(2);
        Answer("new", TimeSpan.FromHours(1));
        Assert.Equal("new", await UntilAsync(credential, "new"));
    }

    [Fact]
    public async Task A_background_refresh_that_fails_leaves_the_old_token_until_its_end_and_is_tried_again_later()
    {
        ICredential credential = Credential();
        ValueTask<string?> first = credential.GetSecretAsync(default);
        Answer("old", TimeSpan.FromHours(1));
        await first;
        _time.Advance(TimeSpan.FromMinutes(56));
        Assert.Equal("old", await credential.GetSecretAsync(default));
        await FetchedAsync(2);
        _fetches[1].SetException(new IOException("the vault is down"));

        // A failure is taken in on another thread; from then on nobody asks the vault again until the delay has passed.
        DateTimeOffset failed = _time.GetUtcNow();
        for (int second = 0; second < 180 && Count() < 3; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal("old", await credential.GetSecretAsync(default));
            SpinWait.SpinUntil(() => Count() >= 3, TimeSpan.FromMilliseconds(5));
        }

        await FetchedAsync(3);
        Assert.InRange(_time.GetUtcNow() - failed, TokenCredential.RetryDelay, TimeSpan.FromSeconds(180));
        _fetches[2].SetException(new IOException("the vault is still down"));
        _time.Advance(TimeSpan.FromMinutes(5));

        // The old one has ended: now the failure is the caller's to see, that of the last fetch or of a new one.
        Task<string?> after = credential.GetSecretAsync(default).AsTask();
        SpinWait.SpinUntil(() => after.IsCompleted || Count() >= 4, TimeSpan.FromSeconds(30));
        if (Count() >= 4)
        {
            _fetches[3].SetException(new IOException("gone"));
        }

        await Assert.ThrowsAsync<IOException>(() => after);
    }

    [Fact]
    public async Task A_token_that_has_ended_is_not_served_however_late_its_refresh_failed()
    {
        int fetches = 0;
        ICredential credential = LlmCredential.FromToken(
            "entra",
            _ => ++fetches == 1 ? new ValueTask<CredentialToken>(new CredentialToken("old", _time.GetUtcNow() + TimeSpan.FromHours(1))) : throw new IOException("the vault is down"),
            timeProvider: _time);
        Assert.Equal("old", await credential.GetSecretAsync(default));
        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(3));
        await Assert.ThrowsAsync<IOException>(() => credential.RefreshAsync("old", default).AsTask());
        Assert.Equal("old", await credential.GetSecretAsync(default));
        _time.Advance(TimeSpan.FromSeconds(4));
        await Assert.ThrowsAsync<IOException>(() => credential.GetSecretAsync(default).AsTask());
    }

    [Fact]
    public async Task A_short_lived_token_is_not_refreshed_before_half_its_life()
    {
        ICredential credential = Credential();
        ValueTask<string?> first = credential.GetSecretAsync(default);
        Answer("short", TimeSpan.FromMinutes(4));
        await first;
        _time.Advance(TimeSpan.FromSeconds(119));
        await credential.GetSecretAsync(default);
        Assert.Single(_fetches);
        _time.Advance(TimeSpan.FromSeconds(1));
        await credential.GetSecretAsync(default);
        await FetchedAsync(2);
    }

    [Fact]
    public async Task A_refused_token_is_fetched_anew_once_however_many_calls_were_refused()
    {
        ICredential credential = Credential();
        ValueTask<string?> first = credential.GetSecretAsync(default);
        Answer("revoked", TimeSpan.FromHours(1));
        await first;
        Task<bool>[] refused = [.. Enumerable.Range(0, 20).Select(_ => Task.Run(() => credential.RefreshAsync("revoked", default).AsTask()))];
        await FetchedAsync(2);
        Answer("fresh", TimeSpan.FromHours(1));
        Assert.All(await Task.WhenAll(refused), Assert.True);
        Assert.True(await credential.RefreshAsync("revoked", default));
        Assert.Equal(2, _fetches.Count);
        Assert.Equal("fresh", await credential.GetSecretAsync(default));
    }

    [Fact]
    public async Task The_same_token_again_is_no_reason_to_send_again()
    {
        ICredential credential = Credential();
        ValueTask<string?> first = credential.GetSecretAsync(default);
        Answer("t", null);
        await first;
        ValueTask<bool> refreshed = credential.RefreshAsync("t", default);
        await FetchedAsync(2);
        Answer("t", null);
        Assert.False(await refreshed);
    }

    [Fact]
    public async Task An_empty_token_is_an_authentication_failure_that_names_the_credential()
    {
        ICredential credential = Credential();
        ValueTask<string?> first = credential.GetSecretAsync(default);
        Answer("", null);
        LlmException failure = await Assert.ThrowsAsync<LlmException>(async () => await first);
        Assert.Equal(LlmErrorKind.Authentication, failure.Kind);
        Assert.Contains("'entra'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_prints_a_secret()
    {
        Assert.DoesNotContain("s3cret", new CredentialToken("s3cret", _time.GetUtcNow()).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", LlmCredential.FromKey("mine", "s3cret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", new CredentialPool([new PooledKey(LlmCredential.FromKey("mine", "s3cret"), 1)]).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", new ApiKeyOptions { Key = "s3cret" }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_arguments_are_said_at_once()
    {
        Assert.Throws<ArgumentException>(() => LlmCredential.FromKey(" ", "k"));
        Assert.Throws<ArgumentException>(() => LlmCredential.FromKey("id", ""));
        Assert.Throws<ArgumentOutOfRangeException>(() => LlmCredential.FromToken("id", static _ => default, TimeSpan.FromSeconds(-1)));
    }

    private ICredential Credential() => LlmCredential.FromToken(
        "entra",
        _ =>
        {
            var fetch = new TaskCompletionSource<CredentialToken>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_fetches)
            {
                _fetches.Add(fetch);
            }

            return new ValueTask<CredentialToken>(fetch.Task);
        },
        timeProvider: _time);

    private void Answer(string secret, TimeSpan? life)
    {
        SpinWait.SpinUntil(() => Count() > 0 && !_fetches[^1].Task.IsCompleted, TimeSpan.FromSeconds(30));
        _fetches[^1].SetResult(new CredentialToken(secret, life is { } l ? _time.GetUtcNow() + l : null));
    }

    private Task FetchedAsync(int count)
    {
        Assert.True(SpinWait.SpinUntil(() => Count() >= count, TimeSpan.FromSeconds(30)), $"Only {Count()} fetches began.");
        return Task.CompletedTask;
    }

    private int Count()
    {
        lock (_fetches)
        {
            return _fetches.Count;
        }
    }

    /// <summary>A fetch ends on another thread; its effect is seen soon after.</summary>
    private static async Task<string?> UntilAsync(ICredential credential, string expected)
    {
        string? secret = null;
        for (int i = 0; i < 10_000 && secret != expected; i++)
        {
            await Task.Yield();
            secret = await credential.GetSecretAsync(default);
        }

        return secret;
    }
}
