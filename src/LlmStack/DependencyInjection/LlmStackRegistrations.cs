using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.DependencyInjection;

/// <summary>What code registered, as far as it is not an option: one instance per service collection.</summary>
internal sealed class LlmStackRegistrations
{
    public Dictionary<string, ProviderRegistration> Providers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Providers that code defined twice, differently: name and the field.</summary>
    public List<(string Provider, string Field)> Conflicts { get; } = [];

    /// <summary>Configurations handed to <c>AddLlmStack</c>; the latest first.</summary>
    public List<IConfiguration> Configurations { get; } = [];

    public void Add(string name, ProviderRegistration registration)
    {
        if (!Providers.TryGetValue(name, out ProviderRegistration? known))
        {
            Providers[name] = registration;
        }
        else if (known.Add(registration) is { } field && !Conflicts.Contains((name, field)))
        {
            Conflicts.Add((name, field));
        }
    }

    /// <summary>The instance of a service collection to which <c>AddLlmStack</c> was applied.</summary>
    public static LlmStackRegistrations Of(IServiceCollection services)
    {
        foreach (ServiceDescriptor descriptor in services)
        {
            if (descriptor is { IsKeyedService: false, ImplementationInstance: LlmStackRegistrations known })
            {
                return known;
            }
        }

        throw new InvalidOperationException("Call services.AddLlmStack() first; it returns the builder to use.");
    }
}
