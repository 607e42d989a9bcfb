namespace LlmStack.Providers.Http;

/// <summary>The words by which vendors say what the status alone does not. Data only; matched without regard to case.</summary>
internal static class ErrorPatterns
{
    public static readonly string[] ContextCodes =
        ["context_length_exceeded", "string_above_max_length", "exceed_context_size_error", "max_tokens_exceeded", "payload_too_large", "model_context_window_exceeded", "request_too_large"];

    public static readonly string[] ContextTexts =
    [
        "prompt is too long", "prompt too long", "input is too long", "exceeds the context window", "maximum context length", "input is too long for requested model",
        "maximum prompt length is", "reduce the length of the messages", "longer than the model's context length", "exceeds the available context size",
        "greater than the context length", "exceeded model token limit", "context window exceeds limit", "too many tokens", "context_length_exceeded",
        "contextwindowexceedederror", "inputs tokens + max_new_tokens must be", "tokens + `max_new_tokens` must be", "exceeded max context length", "exceed context limit",
    ];

    /// <summary>Pairs that must both appear, in this order.</summary>
    public static readonly (string First, string Second)[] ContextPairs =
        [("input token count", "exceeds the maximum"), ("too large for model with", "maximum context length"), ("exceeds", "maximum context length")];

    public static readonly string[] ContentCodes =
    [
        "content_policy_violation", "content_filter", "moderation_blocked", "responsibleaipolicyviolation", "image_content_policy_violation", "bio_policy",
        "invalid_prompt", "refusal", "safety_check_type", "content_filtered",
    ];

    public static readonly string[] ContentTexts =
        ["content management policy", "content filtering policy", "contentpolicyviolationerror", "usage guideline", "safety_check_type", "content policy", "flagged by", "was flagged", "moderation", "blocked input", "blocked output"];

    public static readonly string[] QuotaCodes =
    [
        "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error", "payment_required", "exceeded_current_quota_error",
        "servicequotaexceeded", "servicequotaexceededexception", "spend_limit_reached", "contract_spend_limit_reached", "enforced_spend_limit_reached", "insufficient_balance", "1308", "1113",
    ];

    public static readonly string[] QuotaTexts =
    [
        "insufficient_quota", "exceeded your current quota", "quota exceeded", "billing", "out of budget", "monthly usage limit", "available balance",
        "insufficient balance", "credit balance", "used all available credits", "monthly spending limit", "spend limit", "included credits",
        "budgetexceedederror", "too many tokens per day", "trial key", "budget has been exceeded", "prepayment credits",
    ];

    public static readonly string[] OverloadCodes =
    [
        "overloaded_error", "engine_overloaded_error", "engine_overloaded", "provider_overloaded", "provider_unavailable", "unavailable_error", "unavailable",
        "resource_unavailable", "queue_exceeded", "modelnotreadyexception", "service_unavailable", "serviceunavailable", "serviceunavailableexception", "overloaded", "insufficient_system_resource",
    ];

    public static readonly string[] OverloadTexts = ["overloaded", "at capacity", "over capacity", "no capacity", "capacity exceeded", "resource unavailable"];

    public static readonly string[] KeyCodes =
    [
        "invalid_api_key", "api_key_invalid", "api_key_expired", "authentication", "authentication_error", "invalid_organization", "ip_not_authorized", "unauthorized", "unauthenticated",
        "unrecognizedclientexception", "invalidsignatureexception", "expiredtokenexception", "incompletesignatureexception", "incompletesignature", "signaturedoesnotmatch", "missingauthenticationtokenexception", "invalidclienttokenid",
    ];

    public static readonly string[] KeyTexts = ["incorrect api key", "api key not valid", "invalid api key", "api_key_invalid"];

    public static readonly string[] MissingCodes =
        ["model_not_found", "deploymentnotfound", "previous_response_not_found", "not_found", "not_found_error", "notfounderror", "model_not_exist"];

    public static readonly string[] PermissionCodes =
        ["permission_denied", "permission_error", "accessdeniedexception", "unsupported_country_region_territory", "data_residency_mismatch", "forbidden", "organization_on_hold", "failed_precondition"];

    /// <summary>Conflicts that are over when one asks again.</summary>
    public static readonly string[] ConflictCodes = ["conflict_error", "aborted"];

    public static readonly string[] RateCodes = ["rate_limit_exceeded", "rate_limit_error", "rate_limited", "slow_down", "too_many_requests", "resource_exhausted", "ramp_limit_exceeded", "request_quota_exceeded", "token_quota_exceeded", "1300", "1302", "1305"];

    public static readonly string[] TimeoutCodes = ["timeout", "timeout_error", "vector_store_timeout", "modeltimeoutexception", "deadline_exceeded"];

    /// <summary>Words for a client that hung up before its answer came.</summary>
    public static readonly string[] HangUpCodes = ["cancelled", "canceled", "clientclosedrequest", "client_closed_request", "user_cancel"];

    public static readonly string[] RequestCodes =
        [
            "invalid_request_error", "invalid_request", "badrequesterror", "unprocessable", "unsupported_parameter", "unsupported_value", "invalid_type", "missing_required_parameter", "not_supported_error", "validation",
            "invalid_prompt", "invalid_image", "invalid_image_format", "invalid_image_mode", "invalid_image_url", "invalid_base64_image", "image_too_large", "image_too_small", "image_parse_error",
            "image_file_too_large", "image_file_not_found", "unsupported_image_media_type", "empty_image_file", "failed_to_download_image",
        ];

    /// <summary>Refusals of a feature rather than of the request: another deployment may have it.</summary>
    public static readonly string[] UnsupportedCodes = ["unsupported_parameter", "unsupported_value", "unsupported_model", "not_supported_error"];

    /// <summary>Whether a quota of Google's is one that is full until the next day, or that was never granted.</summary>
    public static bool IsDailyQuota(string quota) => quota.Contains("PerDay", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a quota of Google's is full for a minute only.</summary>
    public static bool IsMinuteQuota(string quota) => quota.Contains("PerMinute", StringComparison.OrdinalIgnoreCase);

    public static bool IsAny(string[] codes, string? one)
    {
        if (one is null)
        {
            return false;
        }

        foreach (string code in codes)
        {
            if (code.Equals(one, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public static bool ContainsAny(string[] texts, string? message)
    {
        if (message is null)
        {
            return false;
        }

        foreach (string text in texts)
        {
            if (message.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsContextText(string? message)
    {
        if (message is null || message.Contains("rate limit", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (ContainsAny(ContextTexts, message))
        {
            return true;
        }

        foreach ((string first, string second) in ContextPairs)
        {
            int at = message.IndexOf(first, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && message.IndexOf(second, at, StringComparison.OrdinalIgnoreCase) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
