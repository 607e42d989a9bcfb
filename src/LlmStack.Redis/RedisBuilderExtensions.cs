using System.Diagnostics.Metrics;
using LlmStack.Diagnostics.Events;
using LlmStack.Health;
using LlmStack.Limits.Scopes;
using LlmStack.Redis;
using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LlmStack;

/// <summary>Shares limits, budgets, cooldowns, latency estimates and stickiness between instances through Redis.</summary>
public static class RedisBuilderExtensions
{
    private const int LongestPrefix = 64;

    /// <summary>
    /// Shares limits, budgets, cooldowns, latency estimates and stickiness with every instance that uses the same Redis and prefix. Decisions
    /// are made in the process; no call ever waits for Redis, and none fails because of it. A start does not wait for it either.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configuration">Where Redis is, as StackExchange.Redis writes it: <c>host:6379</c>, with further settings after commas.</param>
    /// <param name="configure">Changes the options, or null.</param>
    /// <exception cref="ArgumentException">The configuration or an option is not allowed; the message says what is.</exception>
    public static ILlmStackBuilder UseRedis(this ILlmStackBuilder builder, string configuration, Action<RedisSharingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RedisSharingOptions options = Checked(configure);
        ConfigurationOptions parsed = Parse(configuration, options);
        return Add(builder, options, _ => new RedisConnection(parsed));
    }

    /// <summary>The same over a connection of the application's own, which is not closed with this.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">The connection; asked once.</param>
    /// <param name="configure">Changes the options, or null.</param>
    /// <exception cref="ArgumentException">An option is not allowed; the message says what is.</exception>
    public static ILlmStackBuilder UseRedis(this ILlmStackBuilder builder, Func<IServiceProvider, IConnectionMultiplexer> connection, Action<RedisSharingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connection);
        return Add(builder, Checked(configure), provider => new RedisConnection(() => connection(provider)));
    }

    private static ILlmStackBuilder Add(ILlmStackBuilder builder, RedisSharingOptions options, Func<IServiceProvider, RedisConnection> connection)
    {
        IServiceCollection services = builder.Services;
        services.RemoveAll<RedisExchange>();
        services.AddSingleton(provider => new RedisExchange(
            connection(provider),
            options,
            provider,
            provider.GetRequiredService<LlmEventSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RedisExchange>>(),
            provider.GetService<IMeterFactory>()));
        services.RemoveAll<IScopeExchange>();
        services.AddSingleton<IScopeExchange>(static provider => provider.GetRequiredService<RedisExchange>());
        services.RemoveAll<ICooldownExchange>();
        services.AddSingleton<ICooldownExchange>(static provider => provider.GetRequiredService<RedisExchange>());
        services.RemoveAll<IPinExchange>();
        services.AddSingleton<IPinExchange>(static provider => provider.GetRequiredService<RedisExchange>());
        return builder;
    }

    private static ConfigurationOptions Parse(string configuration, RedisSharingOptions options)
    {
        ConfigurationOptions? parsed = null;
        try
        {
            parsed = string.IsNullOrWhiteSpace(configuration) ? new ConfigurationOptions() : ConfigurationOptions.Parse(configuration);
        }
        catch (ArgumentException)
        {
            // What it says may repeat a part of the text, which may hold a password.
        }

        if (parsed is null)
        {
            throw new ArgumentException("The configuration of Redis does not parse; allowed: 'host:port', with settings of StackExchange.Redis after commas.", nameof(configuration));
        }

        if (parsed.EndPoints.Count == 0)
        {
            throw new ArgumentException("The configuration of Redis names no server; allowed: 'host:port', with settings of StackExchange.Redis after commas.", nameof(configuration));
        }

        // Whoever waits is the exchange in the background, and it would rather go on alone than queue.
        parsed.AbortOnConnectFail = false;
        parsed.BacklogPolicy = BacklogPolicy.FailFast;
        parsed.AsyncTimeout = parsed.SyncTimeout = (int)options.Timeout.TotalMilliseconds;
        parsed.ClientName ??= "LlmStack";
        return parsed;
    }

    private static RedisSharingOptions Checked(Action<RedisSharingOptions>? configure)
    {
        var options = new RedisSharingOptions();
        configure?.Invoke(options);
        if (string.IsNullOrEmpty(options.KeyPrefix) || options.KeyPrefix.Length > LongestPrefix || !options.KeyPrefix.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':'))
        {
            throw new ArgumentException($"{nameof(options.KeyPrefix)} is '{options.KeyPrefix}'; allowed: 1 to {LongestPrefix} letters, digits, '-', '_', '.' and ':'.", nameof(configure));
        }

        Between(nameof(options.Interval), options.Interval, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10));
        Between(nameof(options.Timeout), options.Timeout, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
        Between(nameof(options.LongestPause), options.LongestPause, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        if (options.MaxScopes is < 100 or > 1_000_000)
        {
            throw new ArgumentException($"{nameof(options.MaxScopes)} is {options.MaxScopes}; allowed: 100 to 1000000.", nameof(configure));
        }

        return options;
    }

    private static void Between(string name, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"{name} is {value}; allowed: {least} to {most}.", nameof(value));
        }
    }
}
