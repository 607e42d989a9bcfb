namespace LlmStack;

/// <summary>Tells what an operator wants to know, as it happens. From the container.</summary>
/// <remarks>
/// Observers are called one event at a time, away from any call: a slow one delays the others and no call, and what it throws is logged
/// and otherwise ignored. At most 1,024 events wait; further ones are dropped and counted by the metric <c>llmstack.events.dropped</c>.
/// The sequence ends with the container.
/// </remarks>
public interface ILlmEvents : IObservable<LlmEvent>;
