using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>The time limits of one attempt. <see cref="Timeout.InfiniteTimeSpan"/> switches one off.</summary>
/// <param name="Connect">Opening a connection. Default 10 s.</param>
/// <param name="FirstToken">From sending until the first content. Default 60 s (local servers 300 s).</param>
/// <param name="Idle">Between two pieces of content. Default 60 s.</param>
/// <param name="Attempt">The whole attempt. Default infinite: the request's own limit holds.</param>
[Experimental("LLMSTACK001")]
public readonly record struct AttemptTimeouts(TimeSpan Connect, TimeSpan FirstToken, TimeSpan Idle, TimeSpan Attempt);
