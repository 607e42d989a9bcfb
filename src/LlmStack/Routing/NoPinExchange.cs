namespace LlmStack.Routing;

/// <summary>One machine alone.</summary>
internal sealed class NoPinExchange : IPinExchange
{
    public static NoPinExchange Instance { get; } = new();

    public bool SharesPins => false;

    public void Pinned(in SharedPin pin)
    {
    }
}
