namespace LlmStack.Providers.Anthropic;

/// <summary>What a document of the format is.</summary>
internal enum AnthropicEventType
{
    /// <summary>Nothing that matters to us: a ping, or something new.</summary>
    Other,

    /// <summary>A whole answer.</summary>
    Message,
    MessageStart,
    BlockStart,
    BlockDelta,
    BlockStop,
    MessageDelta,
    MessageStop,
    Error,
}
