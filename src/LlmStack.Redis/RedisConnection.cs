using StackExchange.Redis;

namespace LlmStack.Redis;

/// <summary>The way to Redis: opened when it is first needed, closed only when it is ours.</summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private readonly ConfigurationOptions? _configuration;
    private readonly Func<IConnectionMultiplexer>? _make;
    private IConnectionMultiplexer? _connection;
    private Task<ConnectionMultiplexer>? _opening;

    public RedisConnection(ConfigurationOptions configuration) => _configuration = configuration;

    public RedisConnection(Func<IConnectionMultiplexer> make) => _make = make;

    /// <summary>Whether a server is reached at this moment.</summary>
    public bool IsConnected => Volatile.Read(ref _connection) is { IsConnected: true };

    /// <summary>The database, whether it answers or not. Not for two callers at once.</summary>
    public async ValueTask<IDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            if (_make is not null)
            {
                _connection = _make();
            }
            else
            {
                // One attempt goes on while its waiters give up.
                _opening ??= ConnectionMultiplexer.ConnectAsync(_configuration!);
                try
                {
                    _connection = await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
                catch when (_opening is { IsCompleted: true })
                {
                    _opening = null;
                    throw;
                }
            }
        }

        return _connection.GetDatabase();
    }

    public async ValueTask DisposeAsync()
    {
        if (_configuration is null)
        {
            return;
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
        else if (_opening is not null)
        {
            // Whenever it arrives: nobody waits for it.
            _ = _opening.ContinueWith(
                static opened => opened.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }
}
