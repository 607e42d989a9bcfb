namespace LlmStack.Limits.Scopes;

/// <summary>What this process uses of a limit or budget at a moment.</summary>
/// <param name="Bucket">Of a budget by the calendar the start of its window in ticks of UTC; else 0.</param>
/// <param name="Amounts">What is used and reserved.</param>
/// <param name="EndsIn">When the last of it no longer counts; <see cref="TimeSpan.MaxValue"/> for never.</param>
internal readonly record struct ScopeUse(long Bucket, ScopeAmounts Amounts, TimeSpan EndsIn);
