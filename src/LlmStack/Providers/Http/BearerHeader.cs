namespace LlmStack.Providers.Http;

/// <summary>The header of a key, made once per key.</summary>
internal sealed class BearerHeader
{
    private BearerHeader(string secret)
    {
        Secret = secret;
        Value = "Bearer " + secret;
    }

    public string Secret { get; }

    public string Value { get; }

    public static BearerHeader Make(string provider, string credentialId, string secret)
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

        return new BearerHeader(secret);
    }
}
