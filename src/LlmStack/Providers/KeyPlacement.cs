namespace LlmStack.Providers;

/// <summary>Where a wire format carries the key.</summary>
/// <param name="Header">The header's name.</param>
/// <param name="Prefix">What stands before the key in it.</param>
internal readonly record struct KeyPlacement(string Header, string Prefix)
{
    public static readonly KeyPlacement Bearer = new("Authorization", "Bearer ");
}
