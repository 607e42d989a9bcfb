using LlmStack;
using LlmStack.DependencyInjection;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds LlmStack to an application.</summary>
public static class LlmStackServiceCollectionExtensions
{
    /// <summary>
    /// Adds LlmStack, configured by the section <c>LlmStack</c> of the application's configuration and the providers' usual
    /// environment variables. With <c>OPENAI_API_KEY</c> alone, <c>openai/&lt;model&gt;</c> already works.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns>A builder to add providers, groups and sinks in code; code wins over configuration.</returns>
    /// <remarks>
    /// May be called repeatedly. Without a host there need be no configuration. In a host, mistakes in the options surface at start as
    /// an <c>OptionsValidationException</c> that lists all of them.
    /// </remarks>
    public static ILlmStackBuilder AddLlmStack(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        ServiceRegistration.Add(services);
        if (GroupClients.FindConfiguration(services) is { } configuration)
        {
            GroupClients.AddConfigured(services, configuration);
        }

        return new LlmStackBuilder(services);
    }

    /// <summary>Adds LlmStack and configures it in code; code wins over configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Adds providers, groups and sinks; called once, now.</param>
    /// <returns>The builder.</returns>
    public static ILlmStackBuilder AddLlmStack(this IServiceCollection services, Action<ILlmStackBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ILlmStackBuilder builder = services.AddLlmStack();
        configure(builder);
        return builder;
    }

    /// <summary>Adds LlmStack with the section <c>LlmStack</c> of a given configuration, which wins over the container's own.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The configuration that holds the section (its root, not the section itself).</param>
    /// <param name="configure">Adds providers, groups and sinks, or null.</param>
    /// <returns>The builder.</returns>
    public static ILlmStackBuilder AddLlmStack(this IServiceCollection services, IConfiguration configuration, Action<ILlmStackBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ILlmStackBuilder builder = services.AddLlmStack();
        List<IConfiguration> known = LlmStackRegistrations.Of(services).Configurations;
        if (!known.Contains(configuration))
        {
            known.Insert(0, configuration);
        }

        GroupClients.AddConfigured(services, configuration);
        configure?.Invoke(builder);
        return builder;
    }
}
