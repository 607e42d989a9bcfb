using LlmStack.Providers.OpenAI.Azure;
using static LlmStack.LlmErrorKind;

namespace LlmStack.Tests.Providers.Errors;

/// <summary>Azure OpenAI's table, at both kinds of address.</summary>
public sealed class AzureErrorRowsTests
{
    private const string Filtered = """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}""";

    private static readonly FormatWire Azure = new(static setup => new AzureOpenAIFormat().Create(setup), "my-deployment");

    private static readonly ErrorRow[] All =
    [
        new(400, Filtered, ContentPolicyViolation, "content_filter") { IdHeader = "apim-request-id", InBand = ContentPolicyViolation },
        new(401, """{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}""", Authentication, "401") { IdHeader = "apim-request-id", InBand = Authentication },
        new(401, """{"statusCode":401,"message":"Unauthorized. Access token is missing, invalid, audience is incorrect"}""", Authentication) { IdHeader = "x-ms-request-id" },
        new(403, """{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}""", PermissionDenied, "403") { InBand = PermissionDenied },
        new(403, """{"error":{"code":"Forbidden","message":"Your resource has been temporarily blocked."}}""", PermissionDenied, "Forbidden") { InBand = PermissionDenied },
        new(404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}""", NotFound, "DeploymentNotFound") { IdHeader = "x-request-id", InBand = NotFound },
        new(404, """{"error":{"code":"404","message":"Resource not found"}}""", NotFound, "404") { InBand = NotFound },
        new(400, """{"error":{"code":"OperationNotSupported","message":"The chatCompletion operation does not work with the specified model"}}""", InvalidRequest, "OperationNotSupported"),
        new(400, """{"error":{"code":"BadRequest","message":"API version not supported"}}""", InvalidRequest, "BadRequest"),
        new(429, """{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation have exceeded call rate limit. Please retry after 6 seconds."}}""", RateLimited, "429") { RetryAfter = 6, InBand = RateLimited },
        new(429, """{"error":{"code":"RateLimitReached","message":"Rate limit of 1 per 60s exceeded"}}""", RateLimited, "RateLimitReached") { Headers = ["retry-after: 60", "retry-after-ms: 59600", "x-ratelimit-remaining-requests: 0"], RetryAfter = 59.6, IdHeader = "apim-request-id" },
        new(429, """{"error":{"code":"429","message":"The provisioned throughput is used up."}}""", RateLimited, "429") { Headers = ["retry-after-ms: 12"], RetryAfter = 0.012, InBand = RateLimited },
        new(408, """{"error":{"code":"Timeout","message":"The operation was timeout."}}""", LlmErrorKind.Timeout, "Timeout") { InBand = LlmErrorKind.Timeout },
        new(499, """{"error":{"code":"ClientClosedRequest","message":"x"}}""", Network, "ClientClosedRequest") { InBand = Network },
        new(500, """{"error":{"code":"InternalServerError","message":"Backend returned unexpected response."}}""", ServerError, "InternalServerError") { InBand = ServerError },
        new(503, """{"error":{"code":"InternalServerError","message":"The service is temporarily unable to process your request."}}""", Overloaded, "InternalServerError") { Headers = ["retry-after: 5"], RetryAfter = 5 },
        new(424, """{"error":{"code":"FailedDependency","message":"The model failed"}}""", ServerError, "FailedDependency") { InBand = ServerError },
    ];

    public static TheoryData<int> Rows() => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Every_row(int row) => All[row].AssertAsync(Azure, static body => $"data: {body}\n\n");
}
