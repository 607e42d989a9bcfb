namespace LlmStack.Testing;

/// <summary>What a provider offers, and so which cases apply to it.</summary>
[Flags]
public enum ConformanceFeatures
{
    /// <summary>Chat alone, whole and streamed.</summary>
    None = 0,

    /// <summary>Tool calls.</summary>
    ToolCalls = 1,

    /// <summary>Several tool calls in one answer.</summary>
    ParallelToolCalls = 2,

    /// <summary>The reason <c>ContentFilter</c>.</summary>
    ContentFilter = 4,

    /// <summary>Errors inside an answer with a successful status.</summary>
    ErrorInAnswer = 8,

    /// <summary>Errors inside a stream.</summary>
    ErrorInStream = 16,

    /// <summary>A terminal event, so that a stream that ended early can be told from a complete one.</summary>
    TerminalEvent = 32,

    /// <summary>All of them.</summary>
    All = ToolCalls | ParallelToolCalls | ContentFilter | ErrorInAnswer | ErrorInStream | TerminalEvent,
}
