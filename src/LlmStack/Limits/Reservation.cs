namespace LlmStack.Limits;

/// <summary>What was reserved; handed back to <see cref="IAdmission.Settle"/> on every path.</summary>
/// <param name="Limits">The windows it lies in; null for a reservation that holds nothing.</param>
/// <param name="Tokens">The tokens held.</param>
/// <param name="Timestamp">When it was made.</param>
/// <param name="Token">Identifies the reservation, so that settling twice changes nothing.</param>
internal readonly record struct Reservation(DeploymentLimits? Limits, long Tokens, long Timestamp, long Token);
