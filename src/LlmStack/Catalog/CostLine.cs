namespace LlmStack;

/// <summary>One bucket of a cost.</summary>
/// <param name="Bucket">The bucket, for instance <c>input</c>, <c>output</c>, <c>input_cached_tokens</c>.</param>
/// <param name="Quantity">How many tokens, requests, searches, pages, seconds or images.</param>
/// <param name="UnitPrice">US dollars per million tokens, the service tier included; per piece for what is not tokens (<c>request</c>, <c>web_search_requests</c> …).</param>
/// <param name="Amount">US dollars.</param>
public sealed record CostLine(string Bucket, long Quantity, decimal UnitPrice, decimal Amount);
