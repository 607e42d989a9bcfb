namespace LlmStack.Health;

/// <summary>How long a circuit opens and how it comes back, in <see cref="TimeProvider"/> ticks.</summary>
/// <param name="First">The first opening.</param>
/// <param name="Longest">Openings in a row double up to this.</param>
/// <param name="Asked">What the provider asked for; 0 when it did not.</param>
/// <param name="Probes">Attempts that may probe at a time afterwards.</param>
/// <param name="Ramp">Over this time the load grows back; 0 for at once.</param>
internal readonly record struct CooldownLength(long First, long Longest, long Asked, int Probes, long Ramp);
