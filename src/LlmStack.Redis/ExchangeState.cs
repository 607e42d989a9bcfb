namespace LlmStack.Redis;

/// <summary>How it stands with the exchange.</summary>
/// <param name="Failures">Exchanges that failed since one was taken.</param>
/// <param name="Behind">How old what others know of this process, and it of them, may be; null before the first exchange that Redis took.</param>
/// <param name="OpenFor">How long the breaker has been open; null while it is closed.</param>
/// <param name="Problem">Why the last exchange failed, without addresses; null when it did not.</param>
internal readonly record struct ExchangeState(int Failures, TimeSpan? Behind, TimeSpan? OpenFor, string? Problem);
