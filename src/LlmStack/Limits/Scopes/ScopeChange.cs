namespace LlmStack.Limits.Scopes;

/// <summary>By how much this process has changed what is used of a limit or budget.</summary>
/// <param name="Scope">The counter.</param>
/// <param name="Bucket">
/// Of a budget the start of its window, 0 for one without; of a limit the start of the 600th part of its window in which the use counts, so
/// that it can be aged. Both in ticks of UTC.
/// </param>
/// <param name="Amounts">The change; negative where a reservation was more than what was used.</param>
internal readonly record struct ScopeChange(ISharedScope Scope, long Bucket, ScopeAmounts Amounts);
