namespace LlmStack.Providers;

/// <summary>Several keys of one provider, between which the load is shared.</summary>
internal sealed class CredentialPool(PooledKey[] keys) : ICredentialSource
{
    public CredentialSet For(LlmContext context) => new(keys);

    /// <summary>A credential's text is its id, never its secret.</summary>
    public override string ToString() => string.Join(", ", keys.Select(static key => key.Credential.Id));
}
