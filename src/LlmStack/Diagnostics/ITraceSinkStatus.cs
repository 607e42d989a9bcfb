namespace LlmStack.Diagnostics;

/// <summary>A sink that can say how delivery is going, for the health check.</summary>
internal interface ITraceSinkStatus
{
    /// <summary>Why nothing is delivered now, without secrets; null while it is.</summary>
    string? PauseReason { get; }

    /// <summary>Spans, scores and files delivered since the sink was made.</summary>
    long Delivered { get; }

    /// <summary>Spans, scores and files dropped since then, or given up unanswered.</summary>
    long Dropped { get; }
}
