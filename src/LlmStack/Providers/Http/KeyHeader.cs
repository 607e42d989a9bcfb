namespace LlmStack.Providers.Http;

/// <summary>The header of a key, made once per key.</summary>
internal sealed class KeyHeader
{
    private KeyHeader(string secret, KeyPlacement placement)
    {
        Secret = secret;
        Name = placement.Header;
        Value = placement.Prefix + secret;
    }

    public string Secret { get; }

    public string Name { get; }

    public string Value { get; }

    /// <summary>Where a secret goes: a web token, and one of the format's own, among the tokens, anything else among the keys.</summary>
    public static KeyPlacement PlacementOf(string secret, ProviderSetup setup) =>
        setup.TokenKey is { } token && (IsWebToken(secret) || (setup.TokenPrefix is { } own && secret.StartsWith(own, StringComparison.Ordinal))) ? token : setup.Key;

    private static bool IsWebToken(string secret) => secret.StartsWith("eyJ", StringComparison.Ordinal) && secret.AsSpan().Count('.') == 2;

    public static KeyHeader Make(string provider, string credentialId, string secret, KeyPlacement placement)
    {
        foreach (char c in secret)
        {
            if (c is < '!' or > '~')
            {
                throw new LlmException(LlmErrorKind.Configuration, $"The key of provider '{provider}' (credential '{credentialId}') has a character that no HTTP header can carry; allowed are printable ASCII characters without spaces.")
                {
                    Provider = provider,
                };
            }
        }

        return new KeyHeader(secret, placement);
    }
}
