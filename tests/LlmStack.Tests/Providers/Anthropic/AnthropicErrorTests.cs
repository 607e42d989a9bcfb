using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using static LlmStack.Tests.Providers.Anthropic.AnthropicWire;

namespace LlmStack.Tests.Providers.Anthropic;

/// <summary>The vendor's error table, row by row.</summary>
public sealed class AnthropicErrorTests
{
    private static string Error(string type, string message = "x", string? code = null) =>
        $$"""{"type":"error","error":{"type":"{{type}}","message":"{{message}}"{{(code is null ? "" : $",\"details\":{{\"error_code\":\"{code}\"}}")}}},"request_id":"req_body"}""";

    [Theory]
    [InlineData(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", null, LlmErrorKind.ContextWindowExceeded)]
    [InlineData(400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000", null, LlmErrorKind.ContextWindowExceeded)]
    [InlineData(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", null, LlmErrorKind.QuotaExhausted)]
    [InlineData(400, "invalid_request_error", "You have reached your specified workspace spend limit.", null, LlmErrorKind.QuotaExhausted)]
    [InlineData(400, "invalid_request_error", "x", "organization_on_hold", LlmErrorKind.PermissionDenied)]
    [InlineData(400, "invalid_request_error", "Output blocked by content filtering policy", null, LlmErrorKind.ContentPolicyViolation)]
    [InlineData(400, "invalid_request_error", "temperature: Extra inputs are not permitted", null, LlmErrorKind.InvalidRequest)]
    [InlineData(401, "authentication_error", "invalid x-api-key", null, LlmErrorKind.Authentication)]
    [InlineData(402, "billing_error", "x", "linked_organization_suspended", LlmErrorKind.QuotaExhausted)]
    [InlineData(403, "permission_error", "x", "sandbox_egress_restricted", LlmErrorKind.PermissionDenied)]
    [InlineData(404, "not_found_error", "model: claude-1", null, LlmErrorKind.NotFound)]
    [InlineData(409, "conflict_error", "x", null, LlmErrorKind.ServerError)]
    [InlineData(413, "request_too_large", "Request exceeds the maximum size", null, LlmErrorKind.ContextWindowExceeded)]
    [InlineData(429, "rate_limit_error", "This request would exceed your organization's rate limit", null, LlmErrorKind.RateLimited)]
    [InlineData(429, "rate_limit_error", "x", "ramp_limit_exceeded", LlmErrorKind.RateLimited)]
    [InlineData(429, "rate_limit_error", "x", "contract_spend_limit_reached", LlmErrorKind.QuotaExhausted)]
    [InlineData(429, "rate_limit_error", "x", "enforced_spend_limit_reached", LlmErrorKind.QuotaExhausted)]
    [InlineData(499, "api_error", "client closed", null, LlmErrorKind.Network)]
    [InlineData(500, "api_error", "Internal server error", null, LlmErrorKind.ServerError)]
    [InlineData(503, "api_error", "x", "cmek_key_unavailable", LlmErrorKind.Overloaded)]
    [InlineData(504, "timeout_error", "x", null, LlmErrorKind.Timeout)]
    [InlineData(529, "overloaded_error", "Overloaded", null, LlmErrorKind.Overloaded)]
    public async Task Every_row_has_its_kind(int status, string type, string message, string? code, LlmErrorKind kind)
    {
        LlmException failure = await FailAsync(RawReply.Body(status, Error(type, message, code)));

        Assert.Equal(kind, failure.Kind);
        Assert.Equal(status, failure.StatusCode);
        Assert.Equal(code ?? type, failure.ErrorCode);
        Assert.Equal("req_body", failure.RequestId);
        Assert.DoesNotContain("sk-ant-secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("overloaded_error", LlmErrorKind.Overloaded)]
    [InlineData("rate_limit_error", LlmErrorKind.RateLimited)]
    [InlineData("api_error", LlmErrorKind.ServerError)]
    [InlineData("timeout_error", LlmErrorKind.Timeout)]
    [InlineData("authentication_error", LlmErrorKind.Authentication)]
    [InlineData("permission_error", LlmErrorKind.PermissionDenied)]
    [InlineData("not_found_error", LlmErrorKind.NotFound)]
    [InlineData("billing_error", LlmErrorKind.QuotaExhausted)]
    [InlineData("invalid_request_error", LlmErrorKind.InvalidRequest)]
    [InlineData("request_too_large", LlmErrorKind.ContextWindowExceeded)]
    public async Task An_error_inside_a_successful_answer_has_the_kind_of_its_type(string type, LlmErrorKind kind)
    {
        LlmException plain = await FailAsync(RawReply.Body(200, Error(type)));
        StreamOutcome streamed = await OverSocketAsync(RawReply.Stream($"event: error\ndata: {Error(type)}\n\n"));

        Assert.Equal(kind, plain.Kind);
        Assert.Equal(kind, streamed.Failure!.Kind);
        Assert.Equal("req_body", streamed.Failure.RequestId);
    }

    [Fact]
    public async Task A_page_of_the_delivery_network_is_classified_by_its_status()
    {
        LlmException failure = await FailAsync(RawReply.Body(413, "<html><head><title>413 Request Entity Too Large</title></head></html>", "Content-Type: text/html"));

        Assert.Equal(LlmErrorKind.ContextWindowExceeded, failure.Kind);
        Assert.Contains("413 Request Entity Too Large", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_after_and_should_retry_are_honoured()
    {
        LlmException failure = await FailAsync(RawReply.Body(429, Error("rate_limit_error"), "retry-after: 7", "x-should-retry: false", "request-id: req_header"));

        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
        Assert.Equal(LlmRetryability.Elsewhere, failure.Retryability);
        Assert.Equal("req_header", failure.RequestId);
    }

    [Fact]
    public async Task What_is_left_of_the_limits_is_reported()
    {
        ProviderCall call = Call();
        await FailAsync(
            RawReply.Body(
                529,
                Error("overloaded_error"),
                "anthropic-ratelimit-requests-limit: 50",
                "anthropic-ratelimit-requests-remaining: 49",
                "anthropic-ratelimit-requests-reset: 2000-01-01T00:00:10Z",
                "anthropic-ratelimit-tokens-remaining: 9000",
                "anthropic-ratelimit-input-tokens-remaining: 8000",
                "anthropic-ratelimit-input-tokens-reset: 2000-01-01T00:00:30Z",
                "anthropic-ratelimit-output-tokens-remaining: 700",
                "anthropic-ratelimit-output-tokens-reset: 2000-01-01T00:01:00Z"),
            call);

        Assert.Equal(new RateLimitHeadroom(49, 700, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)), call.Report.Headroom);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"type":"message","id":"m"}""")]
    [InlineData("{\"type\":\"message\",\"content\":")]
    [InlineData("<html><title>Sign in</title></html>")]
    [InlineData("""{"completion":"old"}""")]
    public async Task An_answer_that_is_none_is_an_invalid_response(string body)
    {
        LlmException failure = await FailAsync(RawReply.Body(200, body));

        Assert.Equal(LlmErrorKind.InvalidResponse, failure.Kind);
    }

    private static async Task<LlmException> FailAsync(RawReply reply, ProviderCall? call = null)
    {
        await using var server = new RawHttpServer(reply);
        using HttpMessageInvoker http = Wire.Sockets();
        return await Assert.ThrowsAsync<LlmException>(async () => await Provider(http, server.Address).ChatAsync(call ?? Call(), Wire.Hello, null, CancellationToken.None));
    }
}
