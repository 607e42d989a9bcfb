namespace LlmStack.Providers.Bedrock;

/// <summary>The parts of an access key, which travel as one secret: <c>id:secret</c> or <c>id:secret:session token</c>.</summary>
internal readonly record struct AwsCredential(string AccessKeyId, string SecretKey, string? SessionToken)
{
    /// <summary>Reads an access key; false for anything else, which is a bearer token.</summary>
    public static bool TryParse(string secret, out AwsCredential credential)
    {
        credential = default;
        int first = secret.IndexOf(':', StringComparison.Ordinal);
        if (first <= 0 || first == secret.Length - 1)
        {
            return false;
        }

        int second = secret.IndexOf(':', first + 1);
        credential = second < 0
            ? new AwsCredential(secret[..first], secret[(first + 1)..], null)
            : new AwsCredential(secret[..first], secret[(first + 1)..second], secret[(second + 1)..]);
        return credential.SecretKey.Length > 0;
    }

    /// <summary>Puts the parts together; null when one that is needed is missing.</summary>
    public static string? Join(string? accessKeyId, string? secretKey, string? sessionToken) =>
        string.IsNullOrEmpty(accessKeyId) || string.IsNullOrEmpty(secretKey) ? null
        : string.IsNullOrEmpty(sessionToken) ? $"{accessKeyId}:{secretKey}" : $"{accessKeyId}:{secretKey}:{sessionToken}";

    public override string ToString() => AccessKeyId;
}
