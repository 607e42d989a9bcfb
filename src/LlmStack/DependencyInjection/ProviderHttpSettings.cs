using System.Collections.Concurrent;

namespace LlmStack.DependencyInjection;

/// <summary>The options that a provider's handler is made from, written before the handler is asked for. Handlers live as long as the container.</summary>
internal sealed class ProviderHttpSettings
{
    private readonly ConcurrentDictionary<string, ProviderOptions> _byName = new(StringComparer.OrdinalIgnoreCase);

    public ProviderOptions this[string name]
    {
        get => _byName.TryGetValue(name, out ProviderOptions? known) ? known : new ProviderOptions();
        set => _byName[name] = value;
    }
}
