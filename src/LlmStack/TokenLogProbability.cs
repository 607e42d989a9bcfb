namespace LlmStack;

/// <summary>A token of an answer and how likely the model found it.</summary>
/// <param name="Token">The token's text.</param>
/// <param name="LogProbability">The natural logarithm of its probability, 0 or less; null when the provider sent none that is a number.</param>
/// <param name="Alternatives">The likeliest tokens at this place, the chosen one possibly among them; empty when none were asked for.</param>
public sealed record TokenLogProbability(string Token, double? LogProbability, IReadOnlyList<TokenLogProbability> Alternatives);
