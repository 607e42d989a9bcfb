using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmStack.Redis;

/// <summary>Says what the exchange already knows; asks Redis nothing.</summary>
internal sealed class RedisHealthCheck(RedisExchange exchange, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ExchangeState state = exchange.Read();
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["connected"] = exchange.IsConnected,
            ["failures"] = state.Failures,
        };
        if (state.Behind is { } behind)
        {
            data["behind"] = behind;
        }

        if (state.Problem is { } problem)
        {
            data["problem"] = problem;
        }

        if (state.OpenFor is not { } open)
        {
            string description = state.Behind is { } age
                ? string.Create(CultureInfo.InvariantCulture, $"Redis took the exchange of {age.TotalSeconds:0.0} s ago")
                : "nothing was exchanged with Redis yet";
            return Task.FromResult(HealthCheckResult.Healthy(description, data));
        }

        data["open since"] = time.GetUtcNow() - open;
        string known = state.Behind is { } old ? string.Create(CultureInfo.InvariantCulture, $"is {old.TotalSeconds:0.0} s old") : "is nothing";
        return Task.FromResult(new HealthCheckResult(
            context.Registration.FailureStatus,
            string.Create(CultureInfo.InvariantCulture, $"Redis does not answer ({state.Problem}); calls have gone on without it for {open.TotalSeconds:0.0} s, and what they know of others {known}"),
            data: data));
    }
}
