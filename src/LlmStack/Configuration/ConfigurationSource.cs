using LlmStack.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Configuration;

/// <summary>The configurations in force: the container's, if it has one, below those handed to <c>AddLlmStack</c>.</summary>
internal sealed class ConfigurationSource
{
    public ConfigurationSource(IServiceProvider services, LlmStackRegistrations registrations)
    {
        var all = new List<IConfiguration>(2);
        all.AddRange(registrations.Configurations);
        if (services.GetService<IConfiguration>() is { } host && !all.Contains(host))
        {
            all.Add(host);
        }

        All = all;
    }

    /// <summary>The one whose values win first.</summary>
    public IReadOnlyList<IConfiguration> All { get; }
}
