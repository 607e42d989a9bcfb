namespace LlmStack.Providers.Anthropic;

/// <summary>What a content block is to us.</summary>
internal enum AnthropicBlockKind
{
    /// <summary>Unknown, or run by the provider: handed on as it is.</summary>
    Raw,
    Text,
    Thinking,
    RedactedThinking,
    ToolUse,
}
