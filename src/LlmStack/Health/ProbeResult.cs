namespace LlmStack.Health;

/// <summary>What a probe found. Times are <see cref="TimeProvider"/> ticks.</summary>
/// <param name="Error">Why it failed, without secrets; null when it passed.</param>
/// <param name="Started">When it was asked.</param>
/// <param name="Ended">When it was known.</param>
internal sealed record ProbeResult(string? Error, long Started, long Ended);
