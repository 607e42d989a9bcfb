using LlmStack.Configuration;
using LlmStack.Diagnostics;
using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LlmStack.Testing.Simulation;

/// <summary>
/// The product itself, as an application registers it, on virtual time and with a simulated world behind its providers. Nothing of the
/// machine gets in: no environment variable, no key, no socket, no trace.
/// </summary>
internal sealed class SimulationHost : IDisposable
{
    /// <summary>Providers that insist on a key get one that is never sent.</summary>
    private const string Key = "simulated";

    private readonly ServiceProvider _services;
    private readonly List<Action<LlmStackOptions>> _changes = [];

    public SimulationHost(SimulatedWorld world, ulong seed, Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(world.Time);
        services.AddSingleton<IEnvironment, NoEnvironment>();
        services.AddSingleton<IProviderSubstitute>(new StandInProviders(world));
        services.AddSingleton(new CallMetrics(null));
        configure(services);
        services.PostConfigure<LlmStackOptions>(options =>
        {
            foreach (Action<LlmStackOptions> change in _changes)
            {
                change(options);
            }

            options.Seed = seed;
            options.RecentCalls = 0;
            options.Tracing.Enabled = false;
            options.Langfuse.Enabled = false;
            foreach (ProviderOptions provider in options.Providers.Values)
            {
                provider.ApiKey ??= Key;
            }
        });
        _services = services.BuildServiceProvider();
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public RoutingSnapshot Snapshot => Get<SnapshotSource>().Current;

    /// <summary>Changes the configuration under way, as a reload does; an invalid change is an error of the scenario.</summary>
    public RoutingSnapshot Change(Action<LlmStackOptions> change)
    {
        _changes.Add(change);
        RoutingSnapshot next = Get<SnapshotBuilder>().Build(Get<IOptionsFactory<LlmStackOptions>>().Create(Options.DefaultName), Snapshot.Version + 1);
        Get<SnapshotSource>().Swap(next);
        return next;
    }

    public void Dispose() => _services.Dispose();

    private sealed class NoEnvironment : IEnvironment
    {
        public string? Get(string name) => null;
    }
}
