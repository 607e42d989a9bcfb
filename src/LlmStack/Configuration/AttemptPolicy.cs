using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>What is in force for attempts at one member.</summary>
internal sealed record AttemptPolicy(AttemptTimeouts Timeouts, CooldownPolicy Cooldown)
{
    public static AttemptPolicy Of(CallPolicy policy) => new(new AttemptTimeouts(policy.FirstTokenTimeout, policy.IdleTimeout, policy.AttemptTimeout), policy.Cooldown);
}
