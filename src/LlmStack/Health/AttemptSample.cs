namespace LlmStack.Health;

/// <summary>What an attempt measured, in <see cref="TimeProvider"/> timestamp ticks.</summary>
/// <param name="Now">When it ended.</param>
/// <param name="FirstToken">From its start to the first content; to the answer for calls that do not stream.</param>
/// <param name="Total">From its start to its end.</param>
/// <param name="OutputTokens">Tokens generated; 0 when unknown.</param>
/// <param name="Streamed">Whether it was a stream, so that <paramref name="FirstToken"/> is a real time to first token.</param>
/// <param name="InputTokens">Tokens of the prompt; 0 when unknown.</param>
internal readonly record struct AttemptSample(long Now, long FirstToken, long Total, long OutputTokens, bool Streamed, long InputTokens = 0);
