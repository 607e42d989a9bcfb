using LlmStack.Routing;

namespace LlmStack.Health;

/// <summary>One machine alone.</summary>
internal sealed class NoStateExchange : IStateExchange
{
    public static NoStateExchange Instance { get; } = new();

    public bool SharesCooldowns => false;

    public bool SharesPins => false;

    public void Cooled(in SharedCooldown cooldown)
    {
    }

    public void Pinned(in SharedPin pin)
    {
    }
}
