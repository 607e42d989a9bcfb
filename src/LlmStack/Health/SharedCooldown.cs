namespace LlmStack.Health;

/// <summary>A cooldown as other machines know it.</summary>
/// <param name="Deployment">The deployment's id; null for a key at every model.</param>
/// <param name="Key">The id of the key's credential; null for the deployment whichever key is used.</param>
/// <param name="Until">When it ends, in <see cref="TimeProvider"/> ticks; 0: it has ended before its time.</param>
/// <param name="Kind">The failure behind it.</param>
/// <param name="Trips">Whether a probe has to succeed afterwards; false for a pause that the provider asked for.</param>
internal readonly record struct SharedCooldown(string? Deployment, string? Key, long Until, LlmErrorKind Kind, bool Trips);
