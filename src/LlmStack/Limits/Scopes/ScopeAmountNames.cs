namespace LlmStack.Limits.Scopes;

/// <summary>What limits count, in words.</summary>
internal static class ScopeAmountNames
{
    public const string Requests = "requests";
    public const string InputTokens = "input tokens";
    public const string OutputTokens = "output tokens";
    public const string TotalTokens = "tokens";
    public const string Running = "concurrent calls";
    public const string Cost = "USD";

    /// <summary>Refused for want of a price.</summary>
    public const string Price = "price";
}
