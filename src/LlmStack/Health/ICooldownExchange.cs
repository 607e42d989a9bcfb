namespace LlmStack.Health;

/// <summary>
/// Tells other machines of cooldowns. What they tell comes in by <see cref="HealthTracker.Adopt"/>. The default exchanges nothing.
/// </summary>
internal interface ICooldownExchange
{
    /// <summary>Whether <see cref="Cooled"/> is wanted.</summary>
    bool SharesCooldowns { get; }

    /// <summary>A cooldown began, was extended, or ended before its time. On the path of a call: it must not wait, nor throw.</summary>
    void Cooled(in SharedCooldown cooldown);
}
