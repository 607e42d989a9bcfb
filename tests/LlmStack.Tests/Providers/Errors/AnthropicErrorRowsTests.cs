using LlmStack.Providers.Anthropic;
using static LlmStack.LlmErrorKind;

namespace LlmStack.Tests.Providers.Errors;

/// <summary>What <c>AnthropicErrorTests</c> does not say of the vendor's table: waits, ids, and what the network in front of it answers.</summary>
public sealed class AnthropicErrorRowsTests
{
    private static readonly FormatWire Messages = new(static setup => new AnthropicFormat().Create(setup), "claude-sonnet-4-5");

    private static readonly ErrorRow[] All =
    [
        Row(429, "rate_limit_error", RateLimited) with { IdHeader = "request-id", Headers = ["retry-after: 7", "anthropic-ratelimit-requests-remaining: 0"], RetryAfter = 7, InBand = RateLimited },
        Row(429, "rate_limit_error", RateLimited, "ramp_limit_exceeded") with { IdHeader = "request-id", Headers = ["retry-after: 2.5"], RetryAfter = 2.5, InBand = RateLimited },
        Row(429, "rate_limit_error", QuotaExhausted, "contract_spend_limit_reached") with { InBand = QuotaExhausted },
        Row(429, "rate_limit_error", QuotaExhausted, "enforced_spend_limit_reached") with { InBand = QuotaExhausted },
        Row(402, "billing_error", QuotaExhausted, "linked_organization_suspended") with { InBand = QuotaExhausted },
        Row(400, "invalid_request_error", PermissionDenied, "organization_on_hold") with { InBand = PermissionDenied },
        Row(403, "permission_error", PermissionDenied, "sandbox_egress_restricted") with { InBand = PermissionDenied },
        Row(529, "overloaded_error", Overloaded) with { IdHeader = "request-id", Headers = ["retry-after: Sat, 01 Jan 2000 00:00:30 GMT"], RetryAfter = 30, InBand = Overloaded },
        Row(503, "api_error", Overloaded, "cmek_key_unavailable") with { Headers = ["x-should-retry: true"] },
        Row(504, "timeout_error", LlmErrorKind.Timeout) with { InBand = LlmErrorKind.Timeout },
        Row(409, "conflict_error", ServerError),
        Row(499, "client_closed_request", Network) with { InBand = Network },
        Row(500, "api_error", ServerError) with { InBand = ServerError },
        new(413, "<html><head><title>413 Request Entity Too Large</title></head></html>", ContextWindowExceeded) { IdHeader = "cf-ray", Headers = ["Content-Type: text/html"] },
        new(502, "<html><head><title>502 Bad Gateway</title></head></html>", ServerError) { IdHeader = "cf-ray" },
        new(520, "", Overloaded) { IdHeader = "cf-ray" },
    ];

    public static TheoryData<int> Rows() => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Every_row(int row) => All[row].AssertAsync(Messages, static body => $"event: error\ndata: {body}\n\n");

    private static ErrorRow Row(int status, string type, LlmErrorKind kind, string? code = null) =>
        new(status, $$"""{"type":"error","error":{"type":"{{type}}","message":"m"{{(code is null ? "" : $",\"details\":{{\"error_code\":\"{code}\"}}")}} },"request_id":"req_body"}""", kind, code ?? type) { BodyId = "req_body" };
}
