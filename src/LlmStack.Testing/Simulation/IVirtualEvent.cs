namespace LlmStack.Testing.Simulation;

/// <summary>Something that happens at a moment of virtual time.</summary>
internal interface IVirtualEvent
{
    /// <param name="version">The version it was scheduled with, so that an event that was rescheduled since can tell.</param>
    void Fire(int version);
}
