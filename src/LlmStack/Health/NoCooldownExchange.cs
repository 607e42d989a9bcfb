namespace LlmStack.Health;

/// <summary>One machine alone.</summary>
internal sealed class NoCooldownExchange : ICooldownExchange
{
    public static NoCooldownExchange Instance { get; } = new();

    public bool SharesCooldowns => false;

    public void Cooled(in SharedCooldown cooldown)
    {
    }
}
