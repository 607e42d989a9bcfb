using System.Net;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Bedrock;

/// <summary>Signs with an access key, or carries a bearer token.</summary>
internal sealed class BedrockSigner(string provider, string region, TimeProvider time) : IRequestSigner
{
    private const string Service = "bedrock";

    /// <summary>A signature holds for five minutes either way; a little less, so that a clock at the edge is corrected as well.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(4);

    private long _ahead;

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
        DateTimeOffset now = Now();
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

    /// <summary>Takes over the service's clock when ours is so wrong that no signature can hold.</summary>
    public bool Correct(HttpResponseMessage refusal)
    {
        if (refusal.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest) || refusal.Headers.Date is not { } date || (date - Now()).Duration() < Tolerance)
        {
            return false;
        }

        Volatile.Write(ref _ahead, (date - time.GetUtcNow()).Ticks);
        return true;
    }

    private DateTimeOffset Now() => time.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ahead));
}
