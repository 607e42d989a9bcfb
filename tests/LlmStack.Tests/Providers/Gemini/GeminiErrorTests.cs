using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using static LlmStack.Tests.Providers.Gemini.GeminiWire;

namespace LlmStack.Tests.Providers.Gemini;

/// <summary>The vendor's error table, row by row.</summary>
public sealed class GeminiErrorTests
{
    private const string DayQuota = """{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"},{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}""";
    private const string MinuteQuota = """{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateContentInputTokensPerModelPerMinute"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"37s"}""";
    private const string BadKey = """{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}""";

    private static string Error(int status, string word, string message, string details = "") =>
        $$$"""{"error":{"code":{{{status}}},"message":"{{{message}}}","status":"{{{word}}}","details":[{{{details}}}]}}""";

    [Theory]
    [InlineData(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", "", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", BadKey, LlmErrorKind.Authentication)]
    [InlineData(400, "INVALID_ARGUMENT", "x", """{"reason":"API_KEY_EXPIRED"}""", LlmErrorKind.Authentication)]
    [InlineData(400, "FAILED_PRECONDITION", "User location is not supported for the API use.", "", LlmErrorKind.PermissionDenied)]
    [InlineData(400, "FAILED_PRECONDITION", "Please enable billing on project 1.", "", LlmErrorKind.QuotaExhausted)]
    [InlineData(400, "INVALID_ARGUMENT", "Invalid JSON payload received.", "", LlmErrorKind.InvalidRequest)]
    [InlineData(401, "UNAUTHENTICATED", "x", "", LlmErrorKind.Authentication)]
    [InlineData(402, "RESOURCE_EXHAUSTED", "Your prepay credits are used up.", "", LlmErrorKind.QuotaExhausted)]
    [InlineData(403, "PERMISSION_DENIED", "Your API key was reported as leaked.", """{"reason":"SERVICE_DISABLED"}""", LlmErrorKind.PermissionDenied)]
    [InlineData(404, "NOT_FOUND", "models/x is not found for API version v1beta", "", LlmErrorKind.NotFound)]
    [InlineData(413, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes.", "", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details.", DayQuota, LlmErrorKind.QuotaExhausted)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details.", MinuteQuota, LlmErrorKind.RateLimited)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota. Quota exceeded for metric x, limit: 0, model: y", MinuteQuota, LlmErrorKind.QuotaExhausted)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", "", LlmErrorKind.RateLimited)]
    [InlineData(499, "CANCELLED", "x", "", LlmErrorKind.Network)]
    [InlineData(500, "INTERNAL", "An internal error has occurred.", "", LlmErrorKind.ServerError)]
    [InlineData(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", "", LlmErrorKind.Overloaded)]
    [InlineData(504, "DEADLINE_EXCEEDED", "x", "", LlmErrorKind.Timeout)]
    public async Task Every_row_has_its_kind_as_status_as_list_and_inside_a_stream(int status, string word, string message, string details, LlmErrorKind kind)
    {
        string body = Error(status, word, message, details);
        LlmException plain = await FailAsync(RawReply.Body(status, body));
        LlmException list = await FailAsync(RawReply.Body(status, $"[{body}\n]"));
        StreamOutcome streamed = await OverSocketAsync(RawReply.Stream(Events(body)));

        Assert.Equal((kind, kind, kind), (plain.Kind, list.Kind, streamed.Failure!.Kind));
        Assert.Equal(status, plain.StatusCode);
        Assert.DoesNotContain("AIza-secret", plain.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wait_is_in_the_body()
    {
        LlmException failure = await FailAsync(RawReply.Body(429, Error(429, "RESOURCE_EXHAUSTED", "x", MinuteQuota)));

        Assert.Equal(TimeSpan.FromSeconds(37), failure.RetryAfter);
        Assert.Equal("GenerateContentInputTokensPerModelPerMinute", failure.ErrorCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"candidates":[""")]
    [InlineData("<html><title>Sign in</title></html>")]
    public async Task An_answer_that_is_none_is_an_invalid_response(string body)
    {
        LlmException failure = await FailAsync(RawReply.Body(200, body));

        Assert.Equal(LlmErrorKind.InvalidResponse, failure.Kind);
    }

    private static async Task<LlmException> FailAsync(RawReply reply)
    {
        await using var server = new RawHttpServer(reply);
        using HttpMessageInvoker http = Wire.Sockets();
        return await Assert.ThrowsAsync<LlmException>(async () => await Provider(http, server.Address).ChatAsync(Call(), Wire.Hello, null, CancellationToken.None));
    }
}
