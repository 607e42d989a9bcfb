namespace LlmStack.Limits.Scopes;

/// <summary>One machine alone.</summary>
internal sealed class NoScopeExchange : IScopeExchange
{
    public static NoScopeExchange Instance { get; } = new();

    public bool IsActive => false;

    public void Changed(ISharedScope scope)
    {
    }

    public void Start()
    {
    }
}
