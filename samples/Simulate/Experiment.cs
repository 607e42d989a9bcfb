using LlmStack;
using LlmStack.Testing.Simulation;

namespace Simulate;

/// <summary>A configuration and what happens to it.</summary>
/// <param name="Name">Short, for file names.</param>
/// <param name="Question">What the reader learns from it.</param>
/// <param name="Configure">What the application passes to <c>AddLlmStack</c>.</param>
/// <param name="Scenario">Makes the scenario; a new one for each run.</param>
internal sealed record Experiment(string Name, string Question, Action<ILlmStackBuilder> Configure, Func<SimulationScenario> Scenario)
{
    public SimulationReport Run(TextWriter? decisionLog = null) => Simulator.Run(Configure, Scenario(), decisionLog);
}
