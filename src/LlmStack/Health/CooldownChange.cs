using LlmStack.Routing;

namespace LlmStack.Health;

/// <summary>A deployment went into, or came out of, its cooldown.</summary>
/// <param name="Deployment">The deployment.</param>
/// <param name="Cooling">Whether it cools now.</param>
/// <param name="Duration">For how long; zero when it came back.</param>
/// <param name="Kind">The failure that caused it; <see cref="LlmErrorKind.Unknown"/> when it came back.</param>
internal readonly record struct CooldownChange(Deployment Deployment, bool Cooling, TimeSpan Duration, LlmErrorKind Kind);
