namespace LlmStack.Limits;

/// <summary>A piece of state another machine may use.</summary>
/// <param name="Deployment">The deployment's id.</param>
/// <param name="CooldownUntil">End of a cooldown, or null.</param>
/// <param name="Kind">The failure behind it.</param>
internal readonly record struct StateDelta(string Deployment, DateTimeOffset? CooldownUntil, LlmErrorKind Kind);
