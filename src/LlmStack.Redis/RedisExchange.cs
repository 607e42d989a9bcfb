using System.Diagnostics.Metrics;
using LlmStack.Diagnostics;
using LlmStack.Diagnostics.Events;
using LlmStack.Health;
using LlmStack.Limits.Scopes;
using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LlmStack.Redis;

/// <summary>One loop in the background that exchanges everything with Redis. Calls only leave notes for it.</summary>
internal sealed class RedisExchange : IScopeExchange, ICooldownExchange, IPinExchange, IAsyncDisposable, IDisposable
{
    private const string Subject = "redis";

    private readonly RedisConnection _connection;
    private readonly RedisSharingOptions _options;
    private readonly LlmEventSource _events;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Counter<long>? _failureCount;
    private readonly Histogram<double>? _durations;
    private readonly ExchangeBreaker _breaker;
    private readonly ScopeSharing _scopes;
    private readonly Lazy<StateSharing> _state;
    private readonly Lazy<LatencySharing> _latency;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _exchanging = new(1);
    private readonly Lock _gate = new();
    private Task? _loop;
    private Task? _disposal;
    private int _isStarted;
    private int _forgotten;
    private bool _tooManyTold;

    public RedisExchange(RedisConnection connection, RedisSharingOptions options, IServiceProvider services, LlmEventSource events, TimeProvider time, ILogger<RedisExchange> logger, IMeterFactory? meters)
    {
        _connection = connection;
        _options = options;
        _events = events;
        _time = time;
        _logger = logger;
        _breaker = new ExchangeBreaker(time);
        Meter? meter = meters?.Create(MetricNames.Meter);
        _failureCount = meter?.CreateCounter<long>(MetricNames.ExchangeFailures, "{exchange}", "Exchanges with Redis that failed; nothing is lost by them.");
        _durations = meter?.CreateHistogram<double>(MetricNames.ExchangeDuration, "s", "Duration of an exchange with Redis, in the background.");

        // The braces put every key into one slot of a cluster.
        string prefix = $"{{{options.KeyPrefix}}}:";
        string instance = Guid.NewGuid().ToString("N")[..16];
        _scopes = new ScopeSharing(prefix, instance, options.MaxScopes, time);

        // Later: what they tell tells them.
        _state = new Lazy<StateSharing>(() => new StateSharing(
            prefix, instance, services.GetRequiredService<HealthTracker>(), services.GetRequiredService<AffinityStore>(), services.GetRequiredService<SnapshotSource>(), time));
        _latency = new Lazy<LatencySharing>(() => new LatencySharing(prefix, instance, services.GetRequiredService<SnapshotSource>(), time));
    }

    public bool IsActive => _options.ShareLimits;

    public bool SharesCooldowns => _options.ShareCooldowns;

    public bool SharesPins => _options.ShareStickiness;

    /// <summary>Whether Redis is taken to be out of reach.</summary>
    public bool IsOpen => _breaker.IsOpen;

    public bool IsConnected => _connection.IsConnected;

    public ScopeSharing Scopes => _scopes;

    public void Changed(ISharedScope scope)
    {
        if (_isStarted == 0)
        {
            Start();
        }

        _scopes.Changed(scope);
    }

    public void Cooled(in SharedCooldown cooldown)
    {
        Start();
        _state.Value.Cooled(cooldown);
    }

    public void Pinned(in SharedPin pin)
    {
        if (_isStarted == 0)
        {
            Start();
        }

        _state.Value.Pinned(pin);
    }

    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _loop = Task.Run(RunAsync);
            }
        }
    }

    public ExchangeState Read() => _breaker.Read();

    /// <summary>One exchange, now.</summary>
    /// <exception cref="Exception">Redis did not take it, or not in time; it is told again with the next one.</exception>
    public async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        await _exchanging.WaitAsync(cancellationToken).ConfigureAwait(false);
        long started = _time.GetTimestamp();
        try
        {
            IDatabase database = await _connection.OpenAsync(cancellationToken).AsTask().WaitAsync(_options.Timeout, _time, cancellationToken).ConfigureAwait(false);

            // Always, if only to learn whether Redis still knows this process.
            await _scopes.ExchangeAsync((keys, values) => RunAsync(database, RedisScripts.Scopes, keys, values, cancellationToken)).ConfigureAwait(false);
            NoteForgotten();

            if (_options.ShareCooldowns || _options.ShareStickiness)
            {
                await _state.Value.ExchangeAsync((script, keys, values) => RunAsync(database, script, keys, values, cancellationToken)).ConfigureAwait(false);
            }

            if (_options.ShareLatency)
            {
                await _latency.Value.ExchangeAsync((script, keys, values) => RunAsync(database, script, keys, values, cancellationToken)).ConfigureAwait(false);
            }

            _durations?.Record(_time.GetElapsedTime(started).TotalSeconds);
        }
        finally
        {
            _exchanging.Release();
        }

        Succeeded(started);
    }

    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            return new ValueTask(_disposal ??= StopAsync());
        }
    }

    private async Task RunAsync()
    {
        TimeSpan pause = _options.Interval;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ExchangeAsync(_stop.Token).ConfigureAwait(false);
                pause = _options.Interval;
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Failed(failure);
                pause = IsOpen ? TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, Math.Max(_options.LongestPause.Ticks, _options.Interval.Ticks))) : _options.Interval;
            }

            try
            {
                await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<RedisResult> RunAsync(IDatabase database, string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script, keys, values).WaitAsync(_options.Timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisServerException missing) when (missing.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // A restarted server has no scripts; the driver has taken note and sends it whole this time.
            return await database.ScriptEvaluateAsync(script, keys, values).WaitAsync(_options.Timeout, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Failed(Exception failure)
    {
        _failureCount?.Add(1);
        _scopes.TellAll();
        if (_state.IsValueCreated)
        {
            _state.Value.TellAll(isCertain: false);
        }

        string problem = Describe(failure);
        if (_breaker.Failed(problem))
        {
            RedisLog.Trouble(_logger, problem);
            _events.Raise(new LlmEvent { Kind = LlmEventKind.SinkTrouble, Subject = Subject, Message = $"Redis does not answer ({problem}); calls go on with what this process knows." });
        }
    }

    private void NoteForgotten()
    {
        if (_forgotten != _scopes.Forgotten)
        {
            _forgotten = _scopes.Forgotten;
            if (_state.IsValueCreated)
            {
                _state.Value.TellAll(isCertain: true);
            }

            RedisLog.Forgotten(_logger);
        }
    }

    private void Succeeded(long started)
    {
        if (_breaker.Succeeded(started))
        {
            RedisLog.Recovered(_logger);
            _events.Raise(new LlmEvent { Kind = LlmEventKind.SinkRecovered, Subject = Subject, Message = "Redis answers again." });
        }

        if (_scopes.LeavesOut && !_tooManyTold)
        {
            _tooManyTold = true;
            RedisLog.TooMany(_logger, _options.MaxScopes);
        }
    }

    /// <summary>Without addresses and settings, which the driver's messages are full of.</summary>
    private static string Describe(Exception failure) => failure switch
    {
        TimeoutException => "no answer in time",
        RedisConnectionException connection => $"connection: {connection.FailureType}",
        RedisServerException server => server.Message,
        _ => failure.GetType().Name,
    };

    private async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_loop is not null)
        {
            await _loop.ConfigureAwait(false);
        }

        if (_isStarted == 1)
        {
            try
            {
                // What was settled last is told.
                await ExchangeAsync(CancellationToken.None).WaitAsync(_options.Timeout, _time).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                RedisLog.Untold(_logger, Describe(failure));
            }
        }

        await _connection.DisposeAsync().ConfigureAwait(false);
    }
}
