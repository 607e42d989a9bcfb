namespace LlmStack.Redis.Child;

/// <summary>What a worker did.</summary>
/// <param name="Answers">Calls that were answered.</param>
/// <param name="Refusals">Calls that a limit or budget refused.</param>
/// <param name="Failures">Calls that failed otherwise.</param>
/// <param name="Longest">The longest call.</param>
public sealed record WorkerResult(int Answers, int Refusals, int Failures, TimeSpan Longest);
