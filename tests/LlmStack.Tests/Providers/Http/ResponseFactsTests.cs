using System.Globalization;
using System.Net;
using LlmStack.Providers;
using LlmStack.Providers.Http;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Providers.Http;

public sealed class ResponseFactsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-10-21T07:00:00Z", CultureInfo.InvariantCulture);

    private static HttpResponseMessage Response(params string[] headers)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK);
        foreach (string header in headers)
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            response.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
        }

        return response;
    }

    [Theory]
    [InlineData("retry-after: 0", null)]
    [InlineData("retry-after: -1", null)]
    [InlineData("retry-after: abc", null)]
    [InlineData("retry-after: Wed, 21 Oct 2026 06:28:00 GMT", null)]
    [InlineData("retry-after: Wed, 21 Oct 2026 07:28:00 GMT", 1680.0)]
    [InlineData("retry-after: 7", 7.0)]
    [InlineData("retry-after: 1.5", 1.5)]
    [InlineData("retry-after: 1e9", 1e9)]
    [InlineData("retry-after: 6m0s", 360.0)]
    [InlineData("retry-after-ms: 350.5", 0.3505)]
    public void Case_114_retry_after_is_read_in_every_form(string header, double? seconds)
    {
        using HttpResponseMessage response = Response(header);
        Assert.Equal(seconds, RetryAfterParser.FromHeaders(response.Headers, Now)?.TotalSeconds);
    }

    [Fact]
    public void Case_114_milliseconds_win_and_of_two_values_the_longer()
    {
        using HttpResponseMessage response = Response("retry-after: 9", "retry-after-ms: 350");
        Assert.Equal(350, RetryAfterParser.FromHeaders(response.Headers, Now)?.TotalMilliseconds);
        using HttpResponseMessage two = Response("retry-after: 3", "retry-after: 5");
        Assert.Equal(5, RetryAfterParser.FromHeaders(two.Headers, Now)?.TotalSeconds);
    }

    [Theory]
    [InlineData("Please try again in 1.2s. Visit", 1.2)]
    [InlineData("Please try again in 6m0s.", 360.0)]
    [InlineData("Please try again in 20ms.", 0.02)]
    [InlineData("try again in 5 seconds", 5.0)]
    [InlineData("Requests have exceeded call rate limit. Please retry after 6 seconds.", 6.0)]
    [InlineData("Please retry after 20 milliseconds.", 0.02)]
    [InlineData("Retry after 1 minute", 60.0)]
    [InlineData("Quota exceeded. Please retry in 37.5s.", 37.5)]
    [InlineData("Do not retry in vain, try again in 3s", 3.0)]
    [InlineData("try again in -3s", null)]
    [InlineData("retry after the maintenance", null)]
    [InlineData("try again later", null)]
    public void The_wait_is_found_in_messages(string message, double? seconds) => Assert.Equal(seconds, RetryAfterParser.FromMessage(message)?.TotalSeconds);

    [Theory]
    [InlineData("OpenRouter", """{"error":{"code":503,"message":"x","metadata":{"error_type":"provider_overloaded","availability":{"code":"x","retryable":true,"retry_after":12}}}}""", 12.0)]
    [InlineData("OpenRouter", """{"error":{"code":503,"message":"x","availability":{"retry_after":1.5}}}""", 1.5)]
    [InlineData("Hugging Face", """{"error":"Model x is currently loading","estimated_time":20.0}""", 20.0)]
    [InlineData("Gemini", """{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"}]}}""", 1.5)]
    [InlineData("Azure", """{"error":{"code":"429","message":"Please retry after 6 seconds."}}""", 6.0)]
    [InlineData("a field", """{"error":{"message":"x","retry_after":3}}""", 3.0)]
    [InlineData("a text", """{"error":{"message":"x","retry_after":"2m"}}""", 120.0)]
    [InlineData("nonsense", """{"error":{"message":"x","retry_after":{"a":1}}}""", null)]
    [InlineData("a past wait", """{"error":{"message":"x","retry_after":-3}}""", null)]
    public async Task The_wait_is_found_in_bodies(string vendor, string body, double? seconds)
    {
        Assert.NotEmpty(vendor);
        StreamOutcome outcome = await Wire.StreamAsync(RawReply.Body(503, body));
        Assert.Equal(seconds, outcome.Failure!.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("1h2m3.5s", 3723.5)]
    [InlineData("20ms", 0.02)]
    [InlineData("7.66s", 7.66)]
    [InlineData("12", 12.0)]
    [InlineData("2026-10-21T07:01:00Z", 60.0)]
    [InlineData("1792566060", 60.0)]
    [InlineData("1792566060000", 60.0)]
    [InlineData("x", null)]
    public void Resets_are_read_in_every_vendors_form(string value, double? seconds)
    {
        TimeSpan? parsed = WireDuration.Parse(value, Now);
        Assert.Equal(seconds is null, parsed is null);
        Assert.Equal(seconds ?? 0, parsed?.TotalSeconds ?? 0, 3);
    }

    [Fact]
    public void Headroom_and_request_id_are_reported()
    {
        using HttpResponseMessage response = Response(
            "cf-ray: ray", "x-request-id: req_9", "x-ratelimit-limit-requests: 100", "x-ratelimit-remaining-requests: 99", "x-ratelimit-remaining-tokens: 5000",
            "x-ratelimit-reset-requests: 1s", "x-ratelimit-reset-tokens: 6m0s");
        var report = new AttemptReport();
        ResponseFacts.Read(response, report, Now);
        Assert.Equal("req_9", report.RequestId);
        Assert.Equal(200, report.StatusCode);
        Assert.Equal(new RateLimitHeadroom(99, 5000, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(6)), report.Headroom);
    }

    [Fact]
    public void Of_several_remaining_counts_the_smallest_is_taken()
    {
        using HttpResponseMessage response = Response("anthropic-ratelimit-input-tokens-remaining: 40", "anthropic-ratelimit-output-tokens-remaining: 8", "anthropic-ratelimit-requests-remaining: 3");
        var report = new AttemptReport();
        ResponseFacts.Read(response, report, Now);
        Assert.Equal(new RateLimitHeadroom(3, 8, null, null), report.Headroom);
    }
}
