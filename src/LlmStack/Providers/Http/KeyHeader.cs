namespace LlmStack.Providers.Http;

/// <summary>The header of a key, made once per key.</summary>
internal sealed class KeyHeader
{
    private KeyHeader(string secret, string value)
    {
        Secret = secret;
        Value = value;
    }

    public string Secret { get; }

    public string Value { get; }

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

        return new KeyHeader(secret, placement.Prefix + secret);
    }
}
