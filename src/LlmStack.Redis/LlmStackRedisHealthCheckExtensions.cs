using LlmStack.Redis;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the way to Redis to an application's health checks.</summary>
public static class LlmStackRedisHealthCheckExtensions
{
    /// <summary>
    /// Adds a check that is healthy while Redis takes what is shared through it, and degraded while its breaker is open, after five exchanges
    /// in a row that failed: calls go on then with what this process knows. It asks Redis nothing itself. Its data are <c>connected</c>
    /// (bool), <c>failures</c> (int, exchanges that failed since one was taken), <c>behind</c> (TimeSpan, since the last exchange that was
    /// taken; absent before the first), and in trouble <c>problem</c> (string) and <c>open since</c> (DateTimeOffset).
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name. Default <c>llmstack-redis</c>.</param>
    /// <param name="failureStatus">What it says while the breaker is open. Default null: <see cref="HealthStatus.Degraded"/>.</param>
    /// <param name="tags">Tags of the check, or null.</param>
    /// <exception cref="InvalidOperationException">Thrown by the check when <c>UseRedis</c> was not called.</exception>
    public static IHealthChecksBuilder AddLlmStackRedisHealthCheck(this IHealthChecksBuilder builder, string name = "llmstack-redis", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new RedisHealthCheck(
                services.GetService<RedisExchange>() ?? throw new InvalidOperationException($"The health check '{name}' looks at what UseRedis adds, which was not called; call it in AddLlmStack, or leave the check out."),
                services.GetRequiredService<TimeProvider>()),
            failureStatus ?? HealthStatus.Degraded,
            tags));
    }
}
