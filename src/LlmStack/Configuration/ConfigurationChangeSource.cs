using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace LlmStack.Configuration;

/// <summary>Tells when a configuration was loaded again.</summary>
internal sealed class ConfigurationChangeSource(ConfigurationSource source)
{
    public IDisposable OnChange(Action action)
    {
        var registrations = new List<IDisposable>(source.All.Count);
        foreach (IConfiguration configuration in source.All)
        {
            registrations.Add(ChangeToken.OnChange(configuration.GetReloadToken, action));
        }

        return new Registrations(registrations);
    }

    private sealed class Registrations(List<IDisposable> registrations) : IDisposable
    {
        public void Dispose()
        {
            foreach (IDisposable registration in registrations)
            {
                registration.Dispose();
            }
        }
    }
}
