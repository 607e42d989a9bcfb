using LlmStack.Routing;

namespace LlmStack.Health;

/// <summary>
/// Tells other machines what this one has learned: cooldowns, and where sessions belong. What they tell comes in by
/// <see cref="HealthTracker.Adopt"/> and <see cref="AffinityStore.Adopt"/>. The default exchanges nothing. Implementations neither wait nor throw.
/// </summary>
internal interface IStateExchange
{
    /// <summary>Whether <see cref="Cooled"/> is wanted.</summary>
    bool SharesCooldowns { get; }

    /// <summary>Whether <see cref="Pinned"/> is wanted. Read after every call.</summary>
    bool SharesPins { get; }

    /// <summary>A cooldown began, was extended, or ended before its time.</summary>
    void Cooled(in SharedCooldown cooldown);

    /// <summary>A session, conversation or cached prompt belongs to a deployment.</summary>
    void Pinned(in SharedPin pin);
}
