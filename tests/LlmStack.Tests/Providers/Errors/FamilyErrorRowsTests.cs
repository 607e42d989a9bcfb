using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Profiles;
using static LlmStack.LlmErrorKind;

namespace LlmStack.Tests.Providers.Errors;

/// <summary>What the services of the OpenAI-compatible family answer, each through its own profile: as a status, inside an answer, inside a stream.</summary>
public sealed class FamilyErrorRowsTests
{
    private static readonly (string Service, ErrorRow Row)[] All =
    [
        ("groq", new(400, """{"error":{"message":"Failed to call a function. Please adjust your prompt.","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"<function=x>"}}""", InvalidResponse, "tool_use_failed") { IdHeader = "x-request-id", InBand = InvalidResponse }),
        ("groq", new(413, """{"error":{"message":"Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 9000","type":"tokens","code":"rate_limit_exceeded"}}""", ContextWindowExceeded, "rate_limit_exceeded") { InBand = ContextWindowExceeded }),
        ("groq", new(422, """{"error":{"message":"semantic errors","type":"invalid_request_error"}}""", InvalidRequest, "invalid_request_error")),
        ("groq", new(424, """{"error":{"message":"dependent request failed","type":"failed_dependency"}}""", ServerError, "failed_dependency")),
        ("groq", new(429, """{"error":{"message":"Rate limit reached for model `x`: Limit 6000, Used 5000, Requested 2000. Please try again in 7.66s.","type":"tokens","code":"rate_limit_exceeded"}}""", RateLimited, "rate_limit_exceeded") { Headers = ["retry-after: 8"], RetryAfter = 8, InBand = RateLimited }),
        ("groq", new(498, """{"error":{"message":"Flex tier capacity exceeded","type":"capacity_exceeded"}}""", Overloaded, "capacity_exceeded") { InBand = Overloaded }),
        ("deepseek", new(400, """{"error":{"message":"Invalid request body format","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""", InvalidRequest, "invalid_request_error") { InBand = InvalidRequest }),
        ("deepseek", new(401, """{"error":{"message":"Authentication Fails (no such user)","type":"authentication_error","param":null,"code":"invalid_request_error"}}""", Authentication, "invalid_request_error")),
        ("deepseek", new(402, """{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}""", QuotaExhausted, "invalid_request_error") { InBand = QuotaExhausted }),
        ("deepseek", new(422, """{"error":{"message":"Invalid parameters","type":"invalid_request_error"}}""", InvalidRequest, "invalid_request_error")),
        ("deepseek", new(429, """{"error":{"message":"Rate Limit Reached","type":"rate_limit_error"}}""", RateLimited, "rate_limit_error")),
        ("deepseek", new(500, """{"error":{"message":"Server Error","type":"server_error"}}""", ServerError, "server_error") { InBand = ServerError }),
        ("deepseek", new(503, """{"error":{"message":"Server Overloaded","type":"service_unavailable_error"}}""", Overloaded, "service_unavailable_error")),
        ("xai", new(400, """{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***x."}""", Authentication, "Client specified an invalid argument") { InBand = Authentication }),
        ("xai", new(400, """{"code":"Client specified an invalid argument","error":"Argument not supported on this model: presencePenalty"}""", InvalidRequest, "Client specified an invalid argument")),
        ("xai", new(400, """{"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 200000 tokens."}""", ContextWindowExceeded, "Client specified an invalid argument") { InBand = ContextWindowExceeded }),
        ("xai", new(403, """{"code":"The caller does not have permission to execute the specified operation","error":"Your team has either used all available credits or reached its monthly spending limit."}""", QuotaExhausted, "The caller does not have permission to execute the specified operation") { InBand = QuotaExhausted }),
        ("xai", new(403, """{"code":"The caller does not have permission to execute the specified operation","error":"Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"}""", ContentPolicyViolation, "The caller does not have permission to execute the specified operation") { InBand = ContentPolicyViolation }),
        ("xai", new(403, """{"code":"The caller does not have permission to execute the specified operation","error":"The team is not authorized."}""", PermissionDenied, "The caller does not have permission to execute the specified operation")),
        ("xai", new(404, """{"code":"Some requested entity was not found","error":"The model grok-x does not exist or your team does not have access to it."}""", NotFound, "Some requested entity was not found")),
        ("xai", new(410, """{"error":{"message":"The model was retired","type":"gone","code":null}}""", NotFound, "gone")),
        ("xai", new(415, """{"error":"Expected request with `Content-Type: application/json`"}""", InvalidRequest)),
        ("xai", new(422, """{"error":"Failed to deserialize the JSON body into the target type"}""", InvalidRequest)),
        ("xai", new(429, """{"code":"Some resource has been exhausted","error":"Too many requests"}""", RateLimited, "Some resource has been exhausted")),
        ("together", new(402, """{"error":{"message":"Payment required","type":"credit_limit","param":null,"code":null}}""", QuotaExhausted, "credit_limit")),
        ("together", new(403, """{"error":{"message":"The input (9000 tokens) is longer than the model's context length (8192 tokens).","type":"invalid_request_error"}}""", ContextWindowExceeded, "invalid_request_error") { InBand = ContextWindowExceeded }),
        ("together", new(413, """{"error":{"message":"Payload too large","type":"invalid_request_error"}}""", ContextWindowExceeded, "invalid_request_error")),
        ("together", new(422, """{"error":{"message":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193","type":"invalid_request_error","param":"max_tokens","code":null}}""", ContextWindowExceeded, "invalid_request_error") { InBand = ContextWindowExceeded }),
        ("together", new(429, """{"error":{"message":"You have reached the rate limit","type":"rate_limit","code":null}}""", RateLimited, "rate_limit") { Headers = ["x-ratelimit-remaining: 0", "retry-after: 1"], RetryAfter = 1 }),
        ("together", new(503, """{"error":{"message":"The model is overloaded","type":"overloaded","code":null}}""", Overloaded, "overloaded") { InBand = Overloaded }),
        ("together", new(529, "", Overloaded)),
        ("together", new(524, "<html><title>524: A timeout occurred</title></html>", Overloaded) { IdHeader = "cf-ray" }),
        ("fireworks", new(412, """{"error":{"object":"error","type":"invalid_request_error","code":"PRECONDITION_FAILED","message":"Account x is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices"}}""", QuotaExhausted, "PRECONDITION_FAILED") { InBand = QuotaExhausted }),
        ("fireworks", new(425, """{"error":{"message":"deployment is scaling from zero"}}""", Overloaded)),
        ("fireworks", new(503, """{"error":{"object":"error","type":"internal_server_error","code":"SERVICE_UNAVAILABLE","message":"x"}}""", Overloaded, "SERVICE_UNAVAILABLE") { InBand = Overloaded }),
        Router(400, "invalid_request", InvalidRequest),
        Router(400, "context_length_exceeded", ContextWindowExceeded),
        Router(400, "max_tokens_exceeded", ContextWindowExceeded),
        Router(401, "authentication", Authentication),
        Router(402, "payment_required", QuotaExhausted),
        Router(403, "permission_denied", PermissionDenied),
        Router(403, "content_policy_violation", ContentPolicyViolation, more: ",\"reasons\":[\"violence\"],\"flagged_input\":\"what was asked\"", message: "Your chosen model requires moderation and your input was flagged"),
        Router(404, "not_found", NotFound),
        Router(408, "timeout", LlmErrorKind.Timeout),
        Router(413, "payload_too_large", ContextWindowExceeded),
        Router(422, "unprocessable", InvalidRequest),
        Router(400, "content_policy_violation", ContentPolicyViolation),
        Router(400, "refusal", ContentPolicyViolation),
        Router(429, "rate_limit_exceeded", RateLimited),
        Router(500, "server", ServerError),
        Router(502, "provider_unavailable", Overloaded),
        Router(503, "provider_overloaded", Overloaded, more: ",\"availability\":{\"code\":\"x\",\"retryable\":true,\"retry_after\":12}", wait: 12),
        Router(504, "timeout", LlmErrorKind.Timeout),
        ("vllm", new(400, """{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens","type":"BadRequestError","param":null,"code":400}""", ContextWindowExceeded, "400") { InBand = ContextWindowExceeded }),
        ("vllm", new(400, """{"error":{"message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","param":null,"code":400}}""", InvalidRequest, "400") { InBand = InvalidRequest }),
        ("vllm", new(404, """{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}""", NotFound, "404") { InBand = NotFound }),
        ("vllm", new(422, """{"detail":[{"loc":["body","messages"],"msg":"Field required","type":"missing"}]}""", InvalidRequest)),
        ("vllm", new(503, """{"error":"Server is sleeping"}""", Overloaded)),
        ("llamacpp", new(400, """{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}}""", ContextWindowExceeded, "400") { InBand = ContextWindowExceeded }),
        ("llamacpp", new(401, """{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}""", Authentication, "401") { InBand = Authentication }),
        ("llamacpp", new(501, """{"error":{"code":501,"message":"This server does not support embeddings","type":"not_supported_error"}}""", InvalidRequest, "501") { InBand = InvalidRequest }),
        ("llamacpp", new(503, """{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""", Overloaded, "503") { InBand = Overloaded }),
        ("lmstudio", new(400, """{"error":"The number of tokens to keep from the initial prompt is greater than the context length."}""", ContextWindowExceeded) { InBand = ContextWindowExceeded }),
        ("lmstudio", new(400, """{"error":"Model is not loaded."}""", InvalidRequest)),
        ("lmstudio", new(404, """{"error":{"message":"Model not loaded"}}""", NotFound)),
        ("perplexity", new(400, """{"error":{"message":"Last message must have role `user`.","type":"invalid_message","code":400}}""", InvalidRequest, "400") { InBand = InvalidRequest }),
        ("perplexity", new(401, "<html><head><title>401 Authorization Required</title></head></html>", Authentication) { IdHeader = "cf-ray" }),
        ("perplexity", new(422, """{"detail":[{"loc":["body","model"],"msg":"field required","type":"value_error"}]}""", InvalidRequest)),
        ("cerebras", new(400, "", InvalidRequest)),
        ("cerebras", new(413, "", ContextWindowExceeded)),
        ("cerebras", new(402, """{"message":"Payment required","type":"payment_required_error","param":"","code":"payment_required"}""", QuotaExhausted, "payment_required")),
        ("cerebras", new(422, """{"message":"x","type":"unprocessable_entity_error","param":"","code":"x"}""", InvalidRequest, "x")),
        ("cerebras", new(429, """{"message":"Tokens per minute limit exceeded","type":"too_many_tokens_error","param":"quota","code":"token_quota_exceeded"}""", RateLimited, "token_quota_exceeded") { InBand = RateLimited }),
        ("cerebras", new(429, """{"message":"Requests per minute limit exceeded","type":"too_many_requests_error","param":"quota","code":"request_quota_exceeded"}""", RateLimited, "request_quota_exceeded") { InBand = RateLimited }),
        ("cerebras", new(429, """{"message":"We're experiencing high traffic right now!","type":"too_many_requests_error","param":"queue","code":"queue_exceeded"}""", Overloaded, "queue_exceeded") { InBand = Overloaded }),
        ("nvidia", new(402, """{"detail":"Cloud credits expired"}""", QuotaExhausted)),
        ("nvidia", new(404, """{"status":404,"title":"Not Found","detail":"Function not found for account"}""", NotFound, "404")),
        ("nvidia", new(422, """{"detail":[{"loc":["body"],"msg":"x"}]}""", InvalidRequest)),
        ("nvidia", new(429, """{"status":429,"title":"Too Many Requests"}""", RateLimited, "429") { IdHeader = "nvcf-reqid" }),
        ("nvidia", new(500, """{"error":"inference failed"}""", ServerError) { InBand = ServerError }),
        ("huggingface", new(400, """{"error":{"message":"The requested model is not supported by provider x","http_status_code":400}}""", InvalidRequest, "400") { InBand = InvalidRequest }),
        ("huggingface", new(402, """{"error":"You have exceeded your monthly included credits for Inference Providers."}""", QuotaExhausted) { InBand = QuotaExhausted }),
        ("huggingface", new(422, """{"error":"Input validation error","error_type":"validation"}""", InvalidRequest, "validation") { InBand = InvalidRequest }),
        ("huggingface", new(424, """{"error":"Request failed during generation: server error","error_type":"generation"}""", ServerError, "generation") { InBand = ServerError }),
        ("huggingface", new(429, """{"error":"Model is overloaded","error_type":"overloaded"}""", Overloaded, "overloaded") { InBand = Overloaded }),
        ("huggingface", new(503, """{"error":"Model x is currently loading","estimated_time":20.5}""", Overloaded) { RetryAfter = 20.5 }),
        ("litellm", new(400, """{"error":{"message":"litellm.ContextWindowExceededError: too long","type":null,"param":null,"code":"400"}}""", ContextWindowExceeded, "400") { InBand = ContextWindowExceeded }),
        ("litellm", new(400, """{"error":{"message":"litellm.ContentPolicyViolationError: blocked","type":null,"param":null,"code":"400"}}""", ContentPolicyViolation, "400") { InBand = ContentPolicyViolation }),
        ("litellm", new(400, """{"error":{"message":"Budget has been exceeded! Current cost: 1, Max budget: 0.5","type":"budget_exceeded","param":null,"code":"400"}}""", QuotaExhausted, "400") { InBand = QuotaExhausted }),
        ("litellm", new(429, """{"error":{"message":"litellm.RateLimitError: limited","type":"throttling_error","param":null,"code":"429"}}""", RateLimited, "429") { IdHeader = "x-litellm-call-id", InBand = RateLimited }),
        ("litellm", new(408, """{"error":{"message":"litellm.Timeout: APITimeoutError","type":null,"param":null,"code":"408"}}""", LlmErrorKind.Timeout, "408") { InBand = LlmErrorKind.Timeout }),
        ("litellm", new(503, """{"error":{"message":"litellm.ServiceUnavailableError: x","type":null,"param":null,"code":"503"}}""", Overloaded, "503") { InBand = Overloaded }),
        ("moonshot", new(400, """{"error":{"message":"The request was rejected because it was considered high risk","type":"content_filter"}}""", ContentPolicyViolation, "content_filter") { InBand = ContentPolicyViolation }),
        ("moonshot", new(400, """{"error":{"message":"Invalid request: Your request exceeded model token limit: 8192","type":"invalid_request_error"}}""", ContextWindowExceeded, "invalid_request_error") { InBand = ContextWindowExceeded }),
        ("moonshot", new(429, """{"error":{"message":"The engine is currently overloaded, please try again later","type":"engine_overloaded_error"}}""", Overloaded, "engine_overloaded_error") { InBand = Overloaded }),
        ("moonshot", new(429, """{"error":{"message":"Your request reached max organization concurrency","type":"rate_limit_reached_error"}}""", RateLimited, "rate_limit_reached_error")),
        ("moonshot", new(429, """{"error":{"message":"Your account is not active, current state: exceeded quota","type":"exceeded_current_quota_error"}}""", QuotaExhausted, "exceeded_current_quota_error") { InBand = QuotaExhausted }),
    ];

    public static TheoryData<int, string> Rows()
    {
        var rows = new TheoryData<int, string>();
        for (int i = 0; i < All.Length; i++)
        {
            rows.Add(i, All[i].Service);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Every_row(int row, string service) =>
        All[row].Row.AssertAsync(new FormatWire(setup => new OpenAIProvider(setup, OpenAIFamily.Members.Single(member => member.Name == service).Profile), "m"), static body => $"event: error\ndata: {body}\n\n");

    /// <summary>OpenRouter's own table of words, which it keeps stable.</summary>
    private static (string Service, ErrorRow Row) Router(int status, string type, LlmErrorKind kind, string message = "Provider returned error", string more = "", double? wait = null) =>
        ("openrouter", new(status, $$$"""{"error":{"code":{{{status}}},"message":"{{{message}}}","metadata":{"error_type":"{{{type}}}","provider_name":"x"{{{more}}}} } }""", kind, status.ToString(System.Globalization.CultureInfo.InvariantCulture)) { IdHeader = "x-generation-id", InBand = kind, RetryAfter = wait });
}
