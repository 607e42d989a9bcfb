using System.Globalization;
using System.Net;
using LlmStack.Providers;
using LlmStack.Providers.Http;

namespace LlmStack.Tests.Providers.Http;

/// <summary>What each vendor's headers say is left, and by which id it knows the request.</summary>
public sealed class RateLimitHeaderTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-10-21T07:00:00Z", CultureInfo.InvariantCulture);

    private static AttemptReport Read(string headers)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        foreach (string header in headers.Split('|'))
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            response.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
        }

        var report = new AttemptReport();
        ResponseFacts.Read(response, report, Now);
        return report;
    }

    [Theory]
    [InlineData("OpenAI", "x-ratelimit-remaining-requests: 59|x-ratelimit-remaining-tokens: 149984|x-ratelimit-reset-requests: 1s|x-ratelimit-reset-tokens: 6m0s", 59L, 149_984L, 1.0, 360.0)]
    [InlineData("OpenAI with a project limit", "x-ratelimit-remaining-tokens: 500|x-ratelimit-remaining-project-tokens: 40|x-ratelimit-reset-tokens: 20ms", null, 40L, null, 0.02)]
    [InlineData("Groq", "x-ratelimit-remaining-requests: 14370|x-ratelimit-remaining-tokens: 17997|x-ratelimit-reset-requests: 2m59.56s|x-ratelimit-reset-tokens: 7.66s", 14_370L, 17_997L, 179.56, 7.66)]
    [InlineData("Azure", "x-ratelimit-remaining-requests: 9|x-ratelimit-remaining-tokens: 900|x-ratelimit-reset-tokens: 1", 9L, 900L, null, 1.0)]
    [InlineData("Anthropic", "anthropic-ratelimit-requests-remaining: 49|anthropic-ratelimit-requests-reset: 2026-10-21T07:00:30Z|anthropic-ratelimit-input-tokens-remaining: 300|anthropic-ratelimit-output-tokens-remaining: 80|anthropic-ratelimit-output-tokens-reset: 2026-10-21T07:01:00Z", 49L, 80L, 30.0, 60.0)]
    [InlineData("Cerebras", "x-ratelimit-remaining-requests-day: 14399|x-ratelimit-reset-requests-day: 33011.382|x-ratelimit-remaining-tokens-minute: 59500|x-ratelimit-reset-tokens-minute: 11.38", 14_399L, 59_500L, 33_011.382, 11.38)]
    [InlineData("Mistral", "x-ratelimit-remaining-req-minute: 5|x-ratelimit-remaining-tokens-minute: 400000|x-ratelimit-remaining-tokens-month: 900", 5L, 900L, null, null)]
    [InlineData("Mistral, older", "ratelimitbysize-limit: 500000|ratelimitbysize-remaining: 499900|ratelimitbysize-reset: 37", null, 499_900L, null, 37.0)]
    [InlineData("OpenRouter", "X-RateLimit-Limit: 20|X-RateLimit-Remaining: 3|X-RateLimit-Reset: 1792566060000", 3L, null, 60.0, null)]
    [InlineData("IETF", "ratelimit-limit: 100|ratelimit-remaining: 12|ratelimit-reset: 30", 12L, null, 30.0, null)]
    [InlineData("Together", "x-ratelimit-limit: 600|x-ratelimit-remaining: 599|x-ratelimit-reset: 12|x-tokenlimit-remaining: 5", 599L, null, 12.0, null)]
    [InlineData("Fireworks", "x-ratelimit-limit-requests: 60|x-ratelimit-remaining-requests: 58|x-ratelimit-remaining-tokens-prompt: 900|x-ratelimit-remaining-tokens-generated: 80", 58L, 80L, null, null)]
    [InlineData("Cohere", "x-endpoint-monthly-call-limit: 1000|x-trial-endpoint-call-limit: 20|x-trial-endpoint-call-remaining: 19", 19L, null, null, null)]
    [InlineData("a list of windows", "x-ratelimit-remaining: 100, 50;w=60", 50L, null, null, null)]
    [InlineData("none", "x-ratelimit-limit-requests: 100|server: x", null, null, null, null)]
    public void Each_vendors_headroom(string vendor, string headers, long? requests, long? tokens, double? resetRequests, double? resetTokens)
    {
        RateLimitHeadroom headroom = Read(headers).Headroom;
        Assert.NotEmpty(vendor);
        Assert.Equal((requests, tokens), (headroom.RemainingRequests, headroom.RemainingTokens));
        Assert.Equal(resetRequests, Rounded(headroom.ResetRequests));
        Assert.Equal(resetTokens, Rounded(headroom.ResetTokens));
    }

    [Theory]
    [InlineData("x-request-id: a|request-id: b", "a")]
    [InlineData("request-id: b|cf-ray: c", "b")]
    [InlineData("x-amzn-RequestId: d", "d")]
    [InlineData("apim-request-id: e|x-ms-request-id: f", "e")]
    [InlineData("x-ms-request-id: f", "f")]
    [InlineData("x-generation-id: gen-1|cf-ray: c", "gen-1")]
    [InlineData("x-litellm-call-id: l", "l")]
    [InlineData("mistral-correlation-id: m|x-kong-request-id: k", "m")]
    [InlineData("x-kong-request-id: k", "k")]
    [InlineData("x-debug-trace-id: t", "t")]
    [InlineData("nvcf-reqid: n", "n")]
    [InlineData("cf-ray: c", "c")]
    [InlineData("server: x", null)]
    public void Each_vendors_id_of_the_request(string headers, string? id) => Assert.Equal(id, Read(headers).RequestId);

    private static double? Rounded(TimeSpan? time) => time is { } value ? Math.Round(value.TotalSeconds, 3) : null;
}
