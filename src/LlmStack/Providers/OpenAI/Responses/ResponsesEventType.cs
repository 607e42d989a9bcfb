namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>The events that say something; all others are skipped.</summary>
internal enum ResponsesEventType
{
    Other,
    TextDelta,
    RefusalDelta,
    ReasoningDelta,
    ReasoningPart,
    ArgumentsDelta,
    ItemAdded,
    ItemDone,

    /// <summary>The response as it is so far.</summary>
    Progress,

    /// <summary>The response as it ended, whole or incomplete.</summary>
    Terminal,
    Failed,
    Error,
}
