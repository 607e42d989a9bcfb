using System.Net;
using System.Text;
using LlmStack.Providers;
using LlmStack.Providers.Http;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.Http;

public sealed class ErrorClassifierTests
{
    private static LlmErrorKind Kind(int status, string body) => ErrorClassifier.Classify(status, ErrorBody.Parse(Encoding.UTF8.GetBytes(body)));

    private static string Error(string code, string message = "x", string type = "invalid_request_error") =>
        $$$"""{"error":{"message":"{{{message}}}","type":"{{{type}}}","param":null,"code":"{{{code}}}"}}""";

    [Theory]
    [InlineData(400, "context_length_exceeded", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(400, "string_above_max_length", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(400, "content_policy_violation", LlmErrorKind.ContentPolicyViolation)]
    [InlineData(400, "moderation_blocked", LlmErrorKind.ContentPolicyViolation)]
    [InlineData(400, "content_filter", LlmErrorKind.ContentPolicyViolation)]
    [InlineData(400, "unsupported_parameter", LlmErrorKind.InvalidRequest)]
    [InlineData(400, "invalid_json_schema", LlmErrorKind.InvalidRequest)]
    [InlineData(400, "billing_hard_limit_reached", LlmErrorKind.QuotaExhausted)]
    [InlineData(400, "model_not_found", LlmErrorKind.NotFound)]
    [InlineData(400, "tool_use_failed", LlmErrorKind.InvalidResponse)]
    [InlineData(401, "invalid_api_key", LlmErrorKind.Authentication)]
    [InlineData(402, "x", LlmErrorKind.QuotaExhausted)]
    [InlineData(403, "unsupported_country_region_territory", LlmErrorKind.PermissionDenied)]
    [InlineData(403, "ResponsibleAIPolicyViolation", LlmErrorKind.ContentPolicyViolation)]
    [InlineData(404, "model_not_found", LlmErrorKind.NotFound)]
    [InlineData(405, "x", LlmErrorKind.InvalidRequest)]
    [InlineData(408, "x", LlmErrorKind.Timeout)]
    [InlineData(410, "x", LlmErrorKind.NotFound)]
    [InlineData(413, "rate_limit_exceeded", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(415, "x", LlmErrorKind.InvalidRequest)]
    [InlineData(422, "x", LlmErrorKind.InvalidRequest)]
    [InlineData(424, "x", LlmErrorKind.ServerError)]
    [InlineData(425, "x", LlmErrorKind.Overloaded)]
    [InlineData(429, "insufficient_quota", LlmErrorKind.QuotaExhausted)]
    [InlineData(429, "billing_not_active", LlmErrorKind.QuotaExhausted)]
    [InlineData(429, "rate_limit_exceeded", LlmErrorKind.RateLimited)]
    [InlineData(429, "slow_down", LlmErrorKind.RateLimited)]
    [InlineData(429, "resource_unavailable", LlmErrorKind.Overloaded)]
    [InlineData(429, "queue_exceeded", LlmErrorKind.Overloaded)]
    [InlineData(429, "1308", LlmErrorKind.QuotaExhausted)]
    [InlineData(498, "x", LlmErrorKind.Overloaded)]
    [InlineData(500, "server_error", LlmErrorKind.ServerError)]
    [InlineData(501, "not_supported_error", LlmErrorKind.InvalidRequest)]
    [InlineData(502, "x", LlmErrorKind.ServerError)]
    [InlineData(503, "x", LlmErrorKind.Overloaded)]
    [InlineData(504, "x", LlmErrorKind.Timeout)]
    [InlineData(520, "x", LlmErrorKind.Overloaded)]
    [InlineData(524, "x", LlmErrorKind.Overloaded)]
    [InlineData(529, "x", LlmErrorKind.Overloaded)]
    [InlineData(307, "x", LlmErrorKind.InvalidResponse)]
    public void Status_and_code_decide(int status, string code, LlmErrorKind kind) => Assert.Equal(kind, Kind(status, Error(code)));

    [Theory]
    [InlineData("prompt is too long: 210000 tokens > 200000 maximum")]
    [InlineData("Your input exceeds the context window of this model.")]
    [InlineData("This model's maximum context length is 8192 tokens. However, you requested 9000.")]
    [InlineData("Input is too long for requested model.")]
    [InlineData("The input token count (1200000) exceeds the maximum number of tokens allowed.")]
    [InlineData("This model's maximum prompt length is 131072 but the request contains 200000 tokens.")]
    [InlineData("Please reduce the length of the messages or completion.")]
    [InlineData("The input (9000 tokens) is longer than the model's context length (8192 tokens).")]
    [InlineData("the request exceeds the available context size, try increasing it")]
    [InlineData("tokens to keep is greater than the context length")]
    [InlineData("Prompt is too large for model with 32768 maximum context length")]
    [InlineData("prompt too long; exceeded max context length by 12 tokens")]
    [InlineData("Your request exceeded model token limit: 8192")]
    [InlineData("invalid params, context window exceeds limit")]
    [InlineData("Input validation error: inputs tokens + max_new_tokens must be <= 4096")]
    public void Context_overflow_is_known_by_its_words(string message)
    {
        Assert.Equal(LlmErrorKind.ContextWindowExceeded, Kind(400, Error("x", message)));
        Assert.Equal(LlmErrorKind.RateLimited, Kind(429, Error("x", message)));
    }

    [Theory]
    [InlineData(400, "Incorrect API key provided: xa***", LlmErrorKind.Authentication)]
    [InlineData(403, "Your team has used all available credits or reached its monthly spending limit", LlmErrorKind.QuotaExhausted)]
    [InlineData(403, "Content violates usage guidelines. SAFETY_CHECK_TYPE_BIO", LlmErrorKind.ContentPolicyViolation)]
    [InlineData(409, "Could not obtain lock, try again", LlmErrorKind.ServerError)]
    [InlineData(409, "already exists", LlmErrorKind.InvalidRequest)]
    [InlineData(412, "account suspended, check billing", LlmErrorKind.QuotaExhausted)]
    [InlineData(429, "Request too large for gpt-4.1 on tokens per min (TPM): Limit 30,000, Requested 41,234.", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(429, "Rate limit reached: Limit 30000, Used 29000, Requested 2000.", LlmErrorKind.RateLimited)]
    [InlineData(429, "Model is overloaded", LlmErrorKind.Overloaded)]
    [InlineData(400, "litellm.BudgetExceededError: Budget has been exceeded", LlmErrorKind.QuotaExhausted)]
    public void Message_words_refine_the_status(int status, string message, LlmErrorKind kind) => Assert.Equal(kind, Kind(status, Error("x", message)));

    [Theory]
    [InlineData("""{"error":{"message":"m"}}""", "m")]
    [InlineData("""{"error":"m"}""", "m")]
    [InlineData("""{"message":"m","type":"t"}""", "m")]
    [InlineData("""{"detail":"m"}""", "m")]
    [InlineData("""{"detail":[{"loc":["body","temperature"],"msg":"m","input":"secret prompt"}]}""", "body.temperature: m")]
    [InlineData("""{"errors":[{"message":"m"}]}""", "m")]
    [InlineData("""[{"error":{"message":"m","code":400}}]""", "m")]
    [InlineData("plain text", "plain text")]
    [InlineData("<html><TITLE>t</TITLE></html>", "t")]
    [InlineData("<html></html>", "an HTML page")]
    [InlineData("", null)]
    [InlineData("{\"error\":{\"mess", null)]
    public void Every_shape_of_body_gives_its_message(string body, string? message) => Assert.Equal(message, ErrorBody.Parse(Encoding.UTF8.GetBytes(body)).Message);

    [Theory]
    [InlineData("x-should-retry: true", 400, LlmRetryability.Transient)]
    [InlineData("x-should-retry: false", 503, LlmRetryability.Elsewhere)]
    [InlineData("x-other: 1", 503, LlmRetryability.Transient)]
    [InlineData("x-other: 1", 400, LlmRetryability.Never)]
    public async Task The_providers_own_advice_about_retries_is_honoured(string header, int status, LlmRetryability expected)
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Body(status, Error("x"), header));
        Assert.Equal(expected, outcome.Failure?.Retryability);
    }

    [Fact]
    public async Task An_unsupported_parameter_may_be_supported_elsewhere()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Body(400, Error("unsupported_parameter")));
        Assert.Equal(LlmErrorKind.InvalidRequest, outcome.Failure?.Kind);
        Assert.Equal(LlmRetryability.Elsewhere, outcome.Failure?.Retryability);
    }

    [Fact]
    public async Task The_exception_names_the_facts_and_never_the_key()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Body(401, Error("invalid_api_key", "Incorrect API key provided: sk-secret-key. " + new string('y', 1000)), "x-request-id: req_1", "cf-ray: ray"));
        LlmException e = outcome.Failure!;
        Assert.Equal(401, e.StatusCode);
        Assert.Equal("req_1", e.RequestId);
        Assert.Equal("invalid_api_key", e.ErrorCode);
        Assert.Equal("test", e.Provider);
        Assert.Equal(LlmErrorScope.Key, e.Scope);
        Assert.DoesNotContain("sk-secret-key", e.ToString(), StringComparison.Ordinal);
        Assert.Contains("***", e.Message, StringComparison.Ordinal);
        Assert.InRange(e.Message.Length, 10, 400);
    }

    [Fact]
    public async Task A_key_that_no_header_can_carry_is_refused_without_being_told()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, "{}"));
        LlmException e = await Assert.ThrowsAsync<LlmException>(async () => await Provider(server).ChatAsync(Call(secret: "sk-bad\nkey"), Hello, null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.Configuration, e.Kind);
        Assert.DoesNotContain("sk-bad", e.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }
}
