using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Profiles;
using LlmStack.Tests.Providers.Cohere;
using LlmStack.Tests.Providers.Ollama;
using static LlmStack.LlmErrorKind;

namespace LlmStack.Tests.Providers.Errors;

/// <summary>The tables of Mistral, Cohere and Ollama.</summary>
public sealed class OtherErrorRowsTests
{
    private static readonly FormatWire Mistral = new(
        static setup => new OpenAIProvider(setup, OpenAIFamily.Members.Single(static member => member.Type == "Mistral").Profile), "mistral-large-latest");

    private static readonly ErrorRow[] MistralRows =
    [
        new(400, """{"object":"error","message":"Prompt contains 40000 tokens, too large for model with 32768 maximum context length","type":"invalid_request_prompt","param":null,"code":"3051"}""", ContextWindowExceeded, "3051") { InBand = ContextWindowExceeded, IdHeader = "mistral-correlation-id" },
        new(400, """{"object":"error","message":"Tool call id was x but must be a-z, A-Z, 0-9, with a length of 9.","type":"invalid_request_error","param":null,"code":"3051"}""", InvalidRequest, "3051") { InBand = InvalidRequest },
        new(400, """{"object":"error","message":"Expected last role User or Tool but got assistant","type":"invalid_request_message_order","param":null,"code":"3230"}""", InvalidRequest, "3230"),
        new(401, """{"message":"Unauthorized","request_id":"req_body"}""", Authentication) { BodyId = "req_body" },
        new(401, """{"message":"Unauthorized","request_id":"req_body"}""", Authentication) { IdHeader = "x-kong-request-id" },
        new(402, """{"message":"Payment required"}""", QuotaExhausted),
        new(403, """{"object":"error","message":"Blocked by moderation guardrail","type":"guardrail","code":"1"}""", ContentPolicyViolation, "1") { InBand = ContentPolicyViolation },
        new(404, """{"object":"error","message":"Model not found","type":"not_found","code":"1500"}""", NotFound, "1500") { InBand = NotFound },
        new(422, """{"detail":[{"loc":["body","user"],"msg":"Extra inputs are not permitted","type":"extra_forbidden","input":"what was asked"}]}""", InvalidRequest),
        new(422, """{"error":{"message":"x","type":"invalid_request_error"}}""", InvalidRequest, "invalid_request_error") { InBand = InvalidRequest },
        new(429, """{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}""", RateLimited, "1300") { Headers = ["retry-after: 4"], RetryAfter = 4, InBand = RateLimited },
        new(429, """{"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}""", Overloaded, "3505") { InBand = Overloaded },
        new(500, """{"object":"error","message":"Service unavailable.","type":"internal_server_error","code":"3000"}""", ServerError, "3000") { InBand = ServerError },
        new(502, "", ServerError),
        new(503, """{"message":"no healthy upstream"}""", Overloaded),
        new(504, "<html><title>504 Gateway Time-out</title></html>", LlmErrorKind.Timeout),
        new(520, "<html><title>Web server is returning an unknown error</title></html>", Overloaded) { IdHeader = "cf-ray" },
    ];

    private static readonly ErrorRow[] CohereRows =
    [
        Of(400, "too many tokens: total number of tokens in the prompt cannot exceed 4081", ContextWindowExceeded) with { InBand = ContextWindowExceeded },
        Of(400, "invalid request: all elements in history must have a message", InvalidRequest),
        Of(401, "invalid api token", Authentication),
        Of(402, "Please add or update your payment method", QuotaExhausted),
        Of(403, "m", PermissionDenied),
        Of(404, "model 'x' not found", NotFound),
        Of(422, "m", InvalidRequest),
        Of(429, "You are using a Trial key, which is limited to 20 API calls / minute.", RateLimited) with { Headers = ["retry-after: 15"], RetryAfter = 15 },
        Of(429, "You are using a Trial key, which is limited to 1000 API calls / month.", QuotaExhausted),
        Of(498, "blocked input: please remove it", ContentPolicyViolation),
        Of(499, "request cancelled", Network),
        Of(500, "internal server error, this has been reported to our developers", ServerError),
        Of(501, "not implemented", InvalidRequest),
        Of(503, "m", Overloaded),
        Of(504, "m", LlmErrorKind.Timeout),
    ];

    private static readonly ErrorRow[] OllamaRows =
    [
        Text(404, "model 'x' not found, try pulling it first", NotFound),
        Text(400, "registry.ollama.ai/library/x does not support tools", InvalidRequest),
        Text(400, "\\\"x\\\" does not support thinking", InvalidRequest),
        Text(400, "prompt too long; exceeded max context length by 10 tokens", ContextWindowExceeded) with { InBand = ContextWindowExceeded },
        Text(503, "server busy, please try again.  maximum pending requests exceeded", Overloaded),
        Text(500, "model runner has unexpectedly stopped, this may be due to resource limitations", ServerError) with { InBand = ServerError },
        Text(500, "model requires more system memory (8 GiB) than is available (2 GiB)", ServerError) with { InBand = ServerError },
        Text(401, "unauthorized", Authentication),
        Text(429, "too many requests", RateLimited) with { Headers = ["retry-after: 2"], RetryAfter = 2 },
    ];

    public static TheoryData<string, int> Rows()
    {
        var rows = new TheoryData<string, int>();
        foreach ((string vendor, ErrorRow[] table) in new[] { ("Mistral", MistralRows), ("Cohere", CohereRows), ("Ollama", OllamaRows) })
        {
            for (int i = 0; i < table.Length; i++)
            {
                rows.Add(vendor, i);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Every_row(string vendor, int row) => vendor switch
    {
        "Mistral" => MistralRows[row].AssertAsync(Mistral, static body => $"data: {body}\n\n"),
        "Cohere" => CohereRows[row].AssertAsync(CohereWire.Format),
        _ => OllamaRows[row].AssertAsync(OllamaWire.Format, static body => body + "\n"),
    };

    private static ErrorRow Of(int status, string message, LlmErrorKind kind) => new(status, $$"""{"id":"e-1","message":"{{message}}"}""", kind) { IdHeader = "x-debug-trace-id" };

    private static ErrorRow Text(int status, string message, LlmErrorKind kind) => new(status, $$"""{"error":"{{message}}"}""", kind);
}
