namespace LlmStack.Diagnostics;

/// <summary>A sink that can say that it is not delivering, for the health check.</summary>
internal interface ITraceSinkStatus
{
    /// <summary>Why nothing is delivered now, without secrets; null while it is.</summary>
    string? PauseReason { get; }
}
