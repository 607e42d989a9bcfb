namespace LlmStack;

/// <summary>What is used of one amount of a limit.</summary>
/// <param name="Id">The limit's id in the configuration.</param>
/// <param name="Scope">Whose it is, for instance <c>team=search</c>; <c>all calls</c> for everybody's.</param>
/// <param name="Amount">What is counted: <c>requests</c>, <c>input tokens</c>, <c>output tokens</c>, <c>tokens</c>, <c>concurrent calls</c> or <c>USD</c>.</param>
/// <param name="Used">Used in the window that ends now, with what is reserved for calls under way.</param>
/// <param name="Limit">What is allowed.</param>
/// <param name="RelievedIn">When the first of what is used leaves the window; null when nothing does.</param>
public sealed record LimitStatus(string Id, string Scope, string Amount, decimal Used, decimal Limit, TimeSpan? RelievedIn);
