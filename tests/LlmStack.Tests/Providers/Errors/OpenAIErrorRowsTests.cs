using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Responses;
using static LlmStack.LlmErrorKind;

namespace LlmStack.Tests.Providers.Errors;

/// <summary>OpenAI's table, through both of its formats: as a status, inside an answer and inside a stream.</summary>
public sealed class OpenAIErrorRowsTests
{
    private static readonly FormatWire Chat = new(static setup => new OpenAIProvider(setup, OpenAIProfile.OpenAI), "gpt-4.1");

    private static readonly FormatWire Responses = new(static setup => new ResponsesProvider(setup), "gpt-5.4");

    private static readonly ErrorRow[] All =
    [
        Row(400, "context_length_exceeded", ContextWindowExceeded, "This model's maximum context length is 128000 tokens.", param: "messages"),
        Row(400, "string_above_max_length", ContextWindowExceeded, "Invalid 'input': string too long.", param: "input"),
        Row(400, "content_policy_violation", ContentPolicyViolation, "Your request was rejected as a result of our safety system.", "image_generation_user_error"),
        Row(400, "moderation_blocked", ContentPolicyViolation, "Your request was rejected by the safety system.", "image_generation_user_error"),
        Row(400, "invalid_prompt", ContentPolicyViolation, "Invalid prompt: your prompt was flagged as potentially violating our usage policy."),
        Row(400, "content_filter", ContentPolicyViolation, "The response was filtered."),
        Row(400, "unsupported_parameter", InvalidRequest, "Unsupported parameter: 'temperature'", param: "temperature"),
        Row(400, "unsupported_value", InvalidRequest, "Unsupported value: 'x'", param: "reasoning_effort"),
        Row(400, "invalid_type", InvalidRequest, "Invalid type for 'n'", param: "n"),
        Row(400, "missing_required_parameter", InvalidRequest, "Missing required parameter: 'messages'", param: "messages"),
        Row(400, "invalid_json_schema", InvalidRequest, "Invalid schema for response_format", param: "response_format") with { InBand = InvalidRequest },
        Row(400, "billing_hard_limit_reached", QuotaExhausted, "Billing hard limit has been reached"),
        Row(401, "invalid_api_key", Authentication, "Incorrect API key provided"),
        Row(401, "invalid_organization", Authentication, "No such organization"),
        Row(401, "ip_not_authorized", Authentication, "Your IP is not authorized"),
        Row(403, "unsupported_country_region_territory", PermissionDenied, "Country, region, or territory not supported", "request_forbidden"),
        Row(403, null, PermissionDenied, "Project does not have access to model gpt-5") with { InBand = null },
        Row(403, null, PermissionDenied, "Your organization must be verified to use this model") with { InBand = null },
        Row(404, "model_not_found", NotFound, "The model does not exist"),
        Row(404, "previous_response_not_found", NotFound, "Previous response not found", param: "previous_response_id"),
        Row(400, "previous_response_not_found", NotFound, "Previous response not found", param: "previous_response_id"),
        Row(409, null, ServerError, "Could not acquire lock on the resource") with { InBand = null },
        Row(413, null, ContextWindowExceeded, "Request body too large") with { InBand = null },
        Row(429, "insufficient_quota", QuotaExhausted, "You exceeded your current quota", "insufficient_quota"),
        Row(429, "billing_not_active", QuotaExhausted, "Your account is not active", "billing_not_active"),
        Row(429, "rate_limit_exceeded", RateLimited, "Rate limit reached for gpt-4.1. Please try again in 1.2s.", "tokens") with { RetryAfter = 1.2 },
        Row(429, "rate_limit_exceeded", RateLimited, "Rate limit reached for gpt-4.1. Please try again in 6m0s.", "requests", headers: ["retry-after: 20", "retry-after-ms: 19500"]) with { RetryAfter = 19.5 },
        Row(429, "slow_down", RateLimited, "Slow down", "requests", headers: ["retry-after: 20"]) with { RetryAfter = 20 },
        Row(429, "rate_limit_exceeded", ContextWindowExceeded, "Request too large for gpt-4.1 on tokens per min (TPM): Limit 30000, Requested 40000.", "tokens"),
        Row(429, "resource_unavailable", Overloaded, "Flex capacity is not available"),
        Row(500, "server_error", ServerError, "The server had an error", "server_error"),
        Row(503, "overloaded", Overloaded, "The engine is currently overloaded", "server_error", headers: ["retry-after: Sat, 01 Jan 2000 00:00:09 GMT"]) with { RetryAfter = 9 },
        Row(503, "slow_down", Overloaded, "Slow down", "server_error") with { InBand = RateLimited },
    ];

    public static TheoryData<int> Rows() => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Chat_completions(int row) => All[row].AssertAsync(Chat, static body => $"data: {body}\n\n");

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Responses_as_status_and_as_an_error_event(int row) =>
        All[row].AssertAsync(Responses, static body => $"event: error\ndata: {body.Replace("{\"error\"", "{\"type\":\"error\",\"error\"", StringComparison.Ordinal)}\n\n");

    [Theory]
    [InlineData("rate_limit_exceeded", RateLimited)]
    [InlineData("server_error", ServerError)]
    [InlineData("invalid_prompt", InvalidRequest)]
    [InlineData("bio_policy", ContentPolicyViolation)]
    [InlineData("image_content_policy_violation", ContentPolicyViolation)]
    [InlineData("data_residency_mismatch", PermissionDenied)]
    [InlineData("vector_store_timeout", LlmErrorKind.Timeout)]
    [InlineData("invalid_image", InvalidRequest)]
    [InlineData("invalid_image_format", InvalidRequest)]
    [InlineData("invalid_base64_image", InvalidRequest)]
    [InlineData("invalid_image_url", InvalidRequest)]
    [InlineData("image_too_large", InvalidRequest)]
    [InlineData("image_too_small", InvalidRequest)]
    [InlineData("image_parse_error", InvalidRequest)]
    [InlineData("invalid_image_mode", InvalidRequest)]
    [InlineData("image_file_too_large", InvalidRequest)]
    [InlineData("unsupported_image_media_type", InvalidRequest)]
    [InlineData("empty_image_file", InvalidRequest)]
    [InlineData("failed_to_download_image", InvalidRequest)]
    [InlineData("image_file_not_found", InvalidRequest)]
    public async Task A_response_that_failed_has_the_kind_of_its_code(string code, LlmErrorKind kind)
    {
        string failed = $$"""{"id":"resp_1","object":"response","status":"failed","model":"gpt-5.4","output":[],"error":{"code":"{{code}}","message":"m"} }""";
        LlmException plain = await Assert.ThrowsAsync<LlmException>(async () => await Responses.ChatAsync(failed));
        OpenAI.StreamOutcome streamed = await Responses.StreamAsync($"event: response.failed\ndata: {{\"type\":\"response.failed\",\"response\":{failed}}}\n\n");

        Assert.Equal((kind, code), (plain.Kind, plain.ErrorCode));
        Assert.Equal((kind, code), (streamed.Failure!.Kind, streamed.Failure.ErrorCode));
    }

    private static ErrorRow Row(int status, string? code, LlmErrorKind kind, string message, string type = "invalid_request_error", string? param = null, string[]? headers = null) =>
        new(status, $$$"""{"error":{"message":"{{{message}}}","type":"{{{type}}}","param":{{{Quoted(param)}}},"code":{{{Quoted(code)}}} } }""", kind, code ?? type)
        {
            Headers = headers ?? [],
            IdHeader = "x-request-id",
            InBand = kind,
        };

    private static string Quoted(string? text) => text is null ? "null" : $"\"{text}\"";
}
