using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Diagnostics;

/// <summary>A finished call, for logs, metrics and the ring of recent calls.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Streaming">Whether it streamed.</param>
/// <param name="Route">Its route.</param>
/// <param name="Usage">Tokens used, or null.</param>
/// <param name="Error">Why it failed; null when it succeeded or was cancelled.</param>
/// <param name="Cancelled">Whether the caller cancelled or broke off.</param>
internal readonly record struct CallOutcome(LlmOperation Operation, bool Streaming, CallRoute Route, UsageDetails? Usage, LlmException? Error, bool Cancelled);
