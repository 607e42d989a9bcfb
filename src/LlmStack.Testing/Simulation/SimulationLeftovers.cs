namespace LlmStack.Testing.Simulation;

/// <summary>What was left when the last call had ended; anything but zeros is a leak.</summary>
/// <param name="CallsInFlight">Calls that deployments still count as under way.</param>
/// <param name="Reservations">Reservations of limits that were never settled.</param>
/// <param name="Timers">Timers still armed an hour later.</param>
public sealed record SimulationLeftovers(int CallsInFlight, int Reservations, int Timers);
