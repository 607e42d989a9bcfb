namespace LlmStack.Limits;

/// <summary>What a call really used.</summary>
/// <param name="Requests">1 when the request was sent, 0 when it never left.</param>
/// <param name="InputTokens">Input tokens; the estimate when not reported.</param>
/// <param name="OutputTokens">Output tokens; 0 when nothing was generated.</param>
/// <param name="Timestamp">Now, in <see cref="TimeProvider"/> ticks.</param>
internal readonly record struct UsageAmounts(int Requests, long InputTokens, long OutputTokens, long Timestamp);
