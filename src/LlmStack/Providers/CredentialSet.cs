namespace LlmStack.Providers;

/// <summary>One credential, or the keys of a pool; a value, so that a pick does not allocate.</summary>
internal readonly struct CredentialSet
{
    private readonly ICredential? _one;
    private readonly PooledKey[]? _pool;

    public CredentialSet(ICredential one) => _one = one;

    public CredentialSet(PooledKey[] pool) => _pool = pool;

    public int Count => _pool?.Length ?? 1;

    public ICredential this[int index] => _pool is null ? _one! : _pool[index].Credential;

    /// <summary>The share of the load relative to the others.</summary>
    public double Weight(int index) => _pool is null ? 1 : _pool[index].Weight;
}
