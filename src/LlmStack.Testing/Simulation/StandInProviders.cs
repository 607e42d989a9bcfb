using LlmStack.Configuration;
using LlmStack.Providers;

namespace LlmStack.Testing.Simulation;

/// <summary>Puts the simulated world behind every provider of a configuration, whatever its format.</summary>
internal sealed class StandInProviders(SimulatedWorld world) : IProviderSubstitute
{
    public ILlmProvider For(string provider) => new SimulatedProvider(provider, world);
}
