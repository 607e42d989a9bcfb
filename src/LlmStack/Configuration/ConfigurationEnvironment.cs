using Microsoft.Extensions.Configuration;

namespace LlmStack.Configuration;

/// <summary>The configuration first (user secrets, vaults and command lines arrive there), then the process.</summary>
internal sealed class ConfigurationEnvironment(ConfigurationSource source) : IEnvironment
{
    public string? Get(string name)
    {
        foreach (IConfiguration configuration in source.All)
        {
            if (configuration[name] is { } value && !string.IsNullOrWhiteSpace(value))
            {
                return value.Trim();
            }
        }

        string? variable = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrWhiteSpace(variable) ? null : variable.Trim();
    }
}
