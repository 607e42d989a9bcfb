using LlmStack.Providers.Http;

namespace LlmStack.Providers.Bedrock;

/// <summary>Signs with an access key, or carries a bearer token.</summary>
internal sealed class BedrockSigner(string provider, string region, TimeProvider time) : IRequestSigner
{
    private const string Service = "bedrock";

    public void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, string? secret)
    {
        if (string.IsNullOrEmpty(secret))
        {
            throw new LlmException(LlmErrorKind.Authentication, $"Provider '{provider}' has no credential; allowed are an access key, as id:secret or id:secret:session token, or a bearer token.") { Provider = provider };
        }

        if (!AwsCredential.TryParse(secret, out AwsCredential credential))
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret);
            return;
        }

        Uri address = request.RequestUri!;
        DateTimeOffset now = time.GetUtcNow();
        List<KeyValuePair<string, string>> headers =
        [
            new("host", address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port}"),
            new("x-amz-date", AwsSignature.Stamp(now)),
        ];
        request.Headers.TryAddWithoutValidation("X-Amz-Date", AwsSignature.Stamp(now));
        if (credential.SessionToken is { } token)
        {
            headers.Add(new("x-amz-security-token", token));
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", token);
        }

        string canonical = AwsCanonicalRequest.Write(request.Method.Method, address.AbsolutePath, address.Query.TrimStart('?'), headers, body, out string signed);
        request.Headers.TryAddWithoutValidation("Authorization", AwsSignature.Authorization(canonical, signed, credential, region, Service, now));
    }
}
