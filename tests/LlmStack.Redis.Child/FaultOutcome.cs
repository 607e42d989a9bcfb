namespace LlmStack.Redis.Child;

/// <summary>What a fault did.</summary>
/// <param name="Fault">What happened.</param>
/// <param name="Received">Requests that the provider received.</param>
/// <param name="Promised">What was promised.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Breakers">Machines whose breaker opened, and closed again.</param>
/// <param name="Longest">The longest call.</param>
/// <param name="Holds">Whether the promise was kept, the breakers opened that should, and no call waited.</param>
public sealed record FaultOutcome(string Fault, int Received, string Promised, string Seen, int Breakers, TimeSpan Longest, bool Holds);
