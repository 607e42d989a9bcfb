namespace LlmStack.Providers;

/// <summary>A key that does not change; or none.</summary>
internal sealed class StaticCredential(string id, string? secret) : ICredential
{
    public static readonly StaticCredential None = new("none", null);

    public string Id { get; } = id;

    public ValueTask<string?> GetSecretAsync(CancellationToken cancellationToken) => new(secret);

    public override string ToString() => Id;
}
