using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LlmStack.Providers.Bedrock;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Providers.Bedrock;

/// <summary>The published vectors of AWS: see the licence beside them.</summary>
public sealed class AwsSignatureTests
{
    private static readonly Dictionary<string, JsonElement> Vectors = Load();

    public static TheoryData<string> Names => new(Vectors.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_published_vector_is_signed_as_published(string name)
    {
        JsonElement vector = Vectors[name];
        JsonElement context = vector.GetProperty("context");
        JsonElement keys = context.GetProperty("credentials");
        var time = DateTimeOffset.Parse(context.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture);
        (string method, string path, string query, List<KeyValuePair<string, string>> headers, byte[] body) = Parse(vector.GetProperty("request").GetString()!);
        headers.Add(new("X-Amz-Date", AwsSignature.Stamp(time)));
        if (context.GetProperty("sign_body").GetBoolean())
        {
            headers.Add(new("x-amz-content-sha256", Convert.ToHexStringLower(SHA256.HashData(body))));
        }

        if (keys.TryGetProperty("token", out JsonElement token) && !(context.TryGetProperty("omit_session_token", out JsonElement omit) && omit.GetBoolean()))
        {
            headers.Add(new("X-Amz-Security-Token", token.GetString()!));
        }

        string canonical = AwsCanonicalRequest.Write(method, path, query, headers, body, out string signed);
        var credential = new AwsCredential(keys.GetProperty("access_key_id").GetString()!, keys.GetProperty("secret_access_key").GetString()!, null);
        string authorization = AwsSignature.Authorization(canonical, signed, credential, "us-east-1", "service", time);

        Assert.Equal(vector.GetProperty("canonicalRequest").GetString(), canonical);
        Assert.Equal(vector.GetProperty("stringToSign").GetString(), AwsSignature.StringToSign(canonical, "20150830/us-east-1/service/aws4_request", time));
        Assert.Equal($"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={signed}, Signature={vector.GetProperty("signature").GetString()}", authorization);
    }

    [Theory]
    [InlineData("AKIA1:secret/with+chars", "AKIA1", "secret/with+chars", null)]
    [InlineData("ASIA1:secret:token==", "ASIA1", "secret", "token==")]
    public void An_access_key_travels_as_one_secret(string secret, string id, string key, string? token)
    {
        Assert.True(AwsCredential.TryParse(secret, out AwsCredential credential));
        Assert.Equal((id, key, token), (credential.AccessKeyId, credential.SecretKey, credential.SessionToken));
        Assert.Equal(secret, AwsCredential.Join(id, key, token));
        Assert.Equal(id, credential.ToString());
    }

    [Theory]
    [InlineData("bedrock-api-key-abc")]
    [InlineData("id:")]
    [InlineData(":secret")]
    public void Anything_else_is_a_bearer_token(string secret) => Assert.False(AwsCredential.TryParse(secret, out _));

    private static (string Method, string Path, string Query, List<KeyValuePair<string, string>> Headers, byte[] Body) Parse(string request)
    {
        string[] parts = request.Split("\n\n", 2);
        string[] lines = parts[0].TrimEnd('\n').Split('\n');
        string target = lines[0][(lines[0].IndexOf(' ', StringComparison.Ordinal) + 1)..lines[0].LastIndexOf(' ')];
        int mark = target.IndexOf('?', StringComparison.Ordinal);
        var headers = new List<KeyValuePair<string, string>>();
        foreach (string line in lines.Skip(1))
        {
            if (line[0] == ' ')
            {
                headers[^1] = new(headers[^1].Key, headers[^1].Value + line);
                continue;
            }

            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..]));
        }

        return (lines[0].Split(' ')[0], mark < 0 ? target : target[..mark], mark < 0 ? "" : target[(mark + 1)..], headers, Encoding.UTF8.GetBytes(parts.Length > 1 ? parts[1] : ""));
    }

    private static Dictionary<string, JsonElement> Load()
    {
        string path = Path.Combine(Repository.Root, "tests", "LlmStack.Tests", "Providers", "Bedrock", "SigV4", "sigv4-vectors.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone().EnumerateArray().ToDictionary(static one => one.GetProperty("name").GetString()!);
    }
}
