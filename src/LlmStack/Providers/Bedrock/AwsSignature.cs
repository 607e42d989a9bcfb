using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LlmStack.Providers.Bedrock;

/// <summary>AWS's signature, version 4: what is signed, and the header that proves it.</summary>
internal static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The value of the <c>Authorization</c> header.</summary>
    /// <param name="request">The canonical request.</param>
    /// <param name="signedHeaders">Its headers' names.</param>
    /// <param name="credential">The access key.</param>
    /// <param name="region">The region.</param>
    /// <param name="service">The service's name in signatures.</param>
    /// <param name="time">When it was signed; within five minutes of the service's own clock.</param>
    public static string Authorization(string request, string signedHeaders, in AwsCredential credential, string region, string service, DateTimeOffset time)
    {
        string scope = $"{Day(time)}/{region}/{service}/aws4_request";
        string signature = Sign(StringToSign(request, scope, time), credential.SecretKey, region, service, time);
        return $"{Algorithm} Credential={credential.AccessKeyId}/{scope}, SignedHeaders={signedHeaders}, Signature={signature}";
    }

    public static string StringToSign(string request, string scope, DateTimeOffset time) =>
        $"{Algorithm}\n{Stamp(time)}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)))}";

    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static string Sign(string text, string secret, string region, string service, DateTimeOffset time)
    {
        byte[] key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secret), Encoding.UTF8.GetBytes(Day(time)));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service));
        key = HMACSHA256.HashData(key, "aws4_request"u8);
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }
}
