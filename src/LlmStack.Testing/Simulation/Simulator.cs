using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Testing.Simulation;

/// <summary>
/// Tries a configuration against arrivals, slow days and outages, in virtual time: minutes of traffic take a moment, and equal seeds
/// give equal results to the byte.
/// </summary>
/// <remarks>
/// The client, router, limits, breakers and accounting are the product's own, built from the configuration as an application builds
/// them; only the providers' answers are simulated. No request leaves the process and no key is needed.
/// </remarks>
public static class Simulator
{
    /// <summary>Enough for the deepest chain of calls that continue one another inline.</summary>
    private const int StackBytes = 16 * 1024 * 1024;

    /// <summary>Runs a scenario against a configuration made in code.</summary>
    /// <param name="configure">What the application passes to <c>AddLlmStack</c>.</param>
    /// <param name="scenario">What happens to it.</param>
    /// <param name="decisionLog">Gets one line for each call and cooldown; null for none.</param>
    /// <exception cref="ArgumentException">The scenario contradicts itself, or names a deployment nobody knows.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The configuration is invalid.</exception>
    public static SimulationReport Run(Action<ILlmStackBuilder> configure, SimulationScenario scenario, TextWriter? decisionLog = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(scenario);
        return OnThreadOfItsOwn(() => RunHere(services => services.AddLlmStack(configure), scenario, decisionLog));
    }

    /// <summary>Runs a scenario against the section <c>LlmStack</c> of a configuration.</summary>
    /// <param name="configuration">The root that holds the section.</param>
    /// <param name="scenario">What happens to it.</param>
    /// <param name="decisionLog">Gets one line for each call and cooldown; null for none.</param>
    /// <exception cref="ArgumentException">The scenario contradicts itself, or names a deployment nobody knows.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The configuration is invalid.</exception>
    public static SimulationReport Run(IConfiguration configuration, SimulationScenario scenario, TextWriter? decisionLog = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(scenario);
        return OnThreadOfItsOwn(() => RunHere(services => services.AddLlmStack(configuration), scenario, decisionLog));
    }

    private static SimulationReport RunHere(Action<IServiceCollection> configure, SimulationScenario scenario, TextWriter? decisionLog)
    {
        scenario.Prepare();
        using var run = new SimulationRun(scenario, configure, decisionLog);
        return run.Execute();
    }

    /// <summary>A thread without a synchronization context: there, whoever waits on virtual time goes on inline and in order.</summary>
    private static SimulationReport OnThreadOfItsOwn(Func<SimulationReport> run)
    {
        SimulationReport? report = null;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    report = run();
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            StackBytes);
        thread.UnsafeStart();
        thread.Join();
        failure?.Throw();
        return report!;
    }
}
