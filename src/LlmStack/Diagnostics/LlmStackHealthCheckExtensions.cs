using LlmStack;
using LlmStack.DependencyInjection;
using LlmStack.Diagnostics;
using LlmStack.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds LlmStack to an application's health checks.</summary>
public static class LlmStackHealthCheckExtensions
{
    /// <summary>
    /// Adds a check that is healthy while every group has all of its deployments, degraded while some cool or traces are not
    /// delivered, and unhealthy while all deployments of a group cool. It calls no provider unless asked to.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name. Default <c>llmstack</c>.</param>
    /// <param name="configure">Changes its options, or null.</param>
    /// <param name="tags">Tags of the check, or null.</param>
    public static IHealthChecksBuilder AddLlmStackHealthCheck(this IHealthChecksBuilder builder, string name = "llmstack", Action<LlmStackHealthCheckOptions>? configure = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var options = new LlmStackHealthCheckOptions();
        configure?.Invoke(options);
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new LlmStackHealthCheck(services.GetRequiredService<ILlmRouter>, services.GetRequiredService<ActiveSinks>().All, services.GetRequiredService<ProviderProbe>(), options),
            failureStatus: null,
            tags));
    }
}
