using System.Text.Json.Serialization;

namespace LlmStack.FaultRuns;

/// <summary>What the emitting process says at its end.</summary>
internal sealed record EmitterResult(long Emitted, long Accepted, long TurnedAway, long Delivered, long Dropped, long Unknown, long Pending, long Bypassed, double EmitSeconds, double TotalSeconds, long HeapBytes, double LongestEmitMilliseconds);

[JsonSerializable(typeof(EmitterResult))]
internal sealed partial class EmitterJson : JsonSerializerContext;
