using LlmStack.Providers.Gemini;
using static LlmStack.LlmErrorKind;

namespace LlmStack.Tests.Providers.Errors;

/// <summary>What <c>GeminiErrorTests</c> does not say of the vendor's table, and Vertex AI's own rows: waits and words.</summary>
public sealed class GeminiErrorRowsTests
{
    private const string Iam = """{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"IAM_PERMISSION_DENIED","domain":"aiplatform.googleapis.com"}""";

    private static readonly FormatWire Public = new(static setup => new GeminiFormat().Create(setup), "gemini-3-pro");

    private static readonly FormatWire Vertex = new(static setup => new VertexFormat().Create(setup), "gemini-3-pro");

    private static readonly ErrorRow[] All =
    [
        Row(429, "RESOURCE_EXHAUSTED", RateLimited, "Quota exceeded for metric x. Please retry in 37.5s.", "GenerateRequestsPerMinutePerProject", Quota("GenerateRequestsPerMinutePerProject") + "," + Wait("37s")) with { RetryAfter = 37 },
        Row(429, "RESOURCE_EXHAUSTED", RateLimited, "m", "GenerateRequestsPerMinutePerProject", Quota("GenerateRequestsPerMinutePerProject") + "," + Wait("1.5s")) with { RetryAfter = 1.5 },
        Row(429, "RESOURCE_EXHAUSTED", QuotaExhausted, "m", "GenerateRequestsPerDayPerProject", Quota("GenerateRequestsPerDayPerProject") + "," + Wait("44s")) with { RetryAfter = 44 },
        Row(429, "RESOURCE_EXHAUSTED", RateLimited, "Please retry in 12.25s.", "429") with { RetryAfter = 12.25 },
        Row(429, "RESOURCE_EXHAUSTED", RateLimited, "Resource exhausted, please try again later.", "429") with { Headers = ["retry-after: 3"], RetryAfter = 3 },
        Row(400, "INVALID_ARGUMENT", Authentication, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID", """{"reason":"API_KEY_INVALID"}"""),
        Row(400, "INVALID_ARGUMENT", InvalidRequest, "Function call is missing a thought_signature in functionCall parts.", "400"),
        Row(400, "FAILED_PRECONDITION", PermissionDenied, "The model is not allowed for this project; it needs to be put on the list.", "400"),
        Row(401, "UNAUTHENTICATED", Authentication, "Request had invalid authentication credentials.", "ACCESS_TOKEN_EXPIRED", """{"reason":"ACCESS_TOKEN_EXPIRED"}"""),
        Row(402, "RESOURCE_EXHAUSTED", QuotaExhausted, "Your prepayment credits are depleted.", "402"),
        Row(403, "PERMISSION_DENIED", PermissionDenied, "Permission 'aiplatform.endpoints.predict' denied on resource", "IAM_PERMISSION_DENIED", Iam),
        Row(403, "PERMISSION_DENIED", PermissionDenied, "Generative Language API has not been used in project 1 before or it is disabled.", "SERVICE_DISABLED", """{"reason":"SERVICE_DISABLED"}"""),
        Row(404, "NOT_FOUND", NotFound, "Publisher Model projects/p/locations/l/publishers/google/models/x was not found or your project does not have access to it.", "404"),
        Row(499, "CANCELLED", Network, "The operation was cancelled.", "499"),
        Row(500, "INTERNAL", ServerError, "An internal error has occurred.", "500"),
        Row(503, "UNAVAILABLE", Overloaded, "The model is overloaded. Please try again later.", "503"),
        Row(504, "DEADLINE_EXCEEDED", LlmErrorKind.Timeout, "The request timed out.", "504"),
    ];

    public static TheoryData<int> Rows() => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_row(int row)
    {
        await All[row].AssertAsync(Public, static body => $"data: {body}\r\n\r\n");
        await All[row].AssertAsync(Vertex, static body => $"data: {body}\r\n\r\n");
        await (All[row] with { Body = $"[{All[row].Body}\n]", InBand = null }).AssertAsync(Public);
    }

    private static string Quota(string id) => $$"""{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"{{id}}"}]}""";

    private static string Wait(string delay) => $$"""{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{{delay}}"}""";

    private static ErrorRow Row(int status, string word, LlmErrorKind kind, string message, string code, string details = "") =>
        new(status, $$$"""{"error":{"code":{{{status}}},"message":"{{{message}}}","status":"{{{word}}}","details":[{{{details}}}]}}""", kind, code) { InBand = kind };
}
