using LlmStack.Providers.Http;

namespace LlmStack.Providers.Bedrock;

/// <summary>Failures inside a stream have the names, not the statuses, of those before one.</summary>
internal static class BedrockErrors
{
    public static ErrorBody Of(in EventStreamHeaders headers, ReadOnlySpan<byte> payload)
    {
        ErrorBody body = ErrorBody.Parse(payload.ToArray());
        return body with { Message = body.Message ?? headers.ErrorMessage, Code = StatusOf(headers.ExceptionType), Reason = headers.ExceptionType };
    }

    private static string? StatusOf(string? name) => name?.ToUpperInvariant() switch
    {
        "VALIDATIONEXCEPTION" => "400",
        "ACCESSDENIEDEXCEPTION" => "403",
        "RESOURCENOTFOUNDEXCEPTION" => "404",
        "MODELTIMEOUTEXCEPTION" => "408",
        "MODELSTREAMERROREXCEPTION" or "MODELERROREXCEPTION" => "424",
        "THROTTLINGEXCEPTION" or "MODELNOTREADYEXCEPTION" => "429",
        "INTERNALSERVEREXCEPTION" or "INTERNALFAILURE" => "500",
        "SERVICEUNAVAILABLEEXCEPTION" => "503",
        _ => null,
    };
}
