using LlmStack.Tests.Providers.Bedrock;
using LlmStack.Tests.Providers.OpenAI;
using static LlmStack.LlmErrorKind;

namespace LlmStack.Tests.Providers.Errors;

/// <summary>Bedrock's table: as a status with the error's name in a header or in the body, and as an exception inside a stream.</summary>
public sealed class BedrockErrorRowsTests
{
    private static readonly (int Status, string Name, string Message, LlmErrorKind Kind, LlmErrorKind? InStream)[] All =
    [
        (400, "ValidationException", "Input is too long for requested model.", ContextWindowExceeded, ContextWindowExceeded),
        (400, "ValidationException", "The model returned the following errors: prompt is too long: 210000 tokens > 200000 maximum", ContextWindowExceeded, ContextWindowExceeded),
        (400, "ValidationException", "Invocation of model ID x with on-demand throughput isn't supported.", NotFound, NotFound),
        (400, "ValidationException", "Malformed input request", InvalidRequest, InvalidRequest),
        (400, "ServiceQuotaExceededException", "m", QuotaExhausted, null),
        (403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", PermissionDenied, PermissionDenied),
        (403, "UnrecognizedClientException", "The security token included in the request is invalid.", Authentication, null),
        (403, "InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z", Authentication, null),
        (403, "ExpiredTokenException", "The security token included in the request is expired", Authentication, null),
        (403, "IncompleteSignature", "m", Authentication, null),
        (403, "SignatureDoesNotMatch", "m", Authentication, null),
        (404, "ResourceNotFoundException", "m", NotFound, NotFound),
        (408, "ModelTimeoutException", "m", LlmErrorKind.Timeout, LlmErrorKind.Timeout),
        (409, "ConflictException", "m", InvalidRequest, null),
        (424, "ModelErrorException", "m", ServerError, ServerError),
        (424, "ModelStreamErrorException", "m", ServerError, ServerError),
        (429, "ThrottlingException", "Too many requests, please wait before trying again.", RateLimited, RateLimited),
        (429, "ThrottlingException", "Too many tokens per day, please wait before trying again.", QuotaExhausted, QuotaExhausted),
        (429, "ModelNotReadyException", "m", Overloaded, Overloaded),
        (500, "InternalServerException", "m", ServerError, ServerError),
        (503, "ServiceUnavailableException", "m", Overloaded, Overloaded),
    ];

    public static TheoryData<int> Rows() => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_row_as_a_status(int row)
    {
        (int status, string name, string message, LlmErrorKind kind, _) = All[row];
        foreach (string field in new[] { "message", "Message" })
        {
            string body = $$"""{"{{field}}":"{{message}}"}""";
            await new ErrorRow(status, body, kind, name) { Headers = [$"x-amzn-ErrorType: {name}:http://internal.amazon.com/coral/com.amazon.bedrock/"], IdHeader = "x-amzn-RequestId" }.AssertAsync(BedrockWire.Format);
        }

        await new ErrorRow(status, $$"""{"__type":"com.amazon.coral.service#{{name}}","message":"{{message}}"}""", kind, name) { IdHeader = "x-amzn-RequestId" }.AssertAsync(BedrockWire.Format);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_row_that_a_stream_has_as_its_exception(int row)
    {
        (_, string name, string message, _, LlmErrorKind? kind) = All[row];
        if (kind is not { } expected)
        {
            return;
        }

        byte[] exception = BedrockWire.Exception(char.ToLowerInvariant(name[0]) + name[1..], $$"""{"message":"{{message}}"}""");
        StreamOutcome first = await BedrockWire.Format.StreamAsync(exception);
        StreamOutcome later = await BedrockWire.Format.StreamAsync([.. BedrockWire.Start, .. BedrockWire.Text("Hello"), .. exception]);

        Assert.Equal((expected, expected), (first.Failure!.Kind, later.Failure!.Kind));
        Assert.Equal(name, first.Failure.ErrorCode, ignoreCase: true);
        Assert.Equal("Hello", later.Text);
    }

    [Fact]
    public async Task An_error_frame_is_an_error()
    {
        byte[] frame = BedrockWire.Frame("", (":message-type", "error"), (":error-code", "InternalFailure"), (":error-message", "it broke"));
        StreamOutcome outcome = await BedrockWire.Format.StreamAsync(frame);

        Assert.Equal(ServerError, outcome.Failure!.Kind);
        Assert.Contains("it broke", outcome.Failure.Message, StringComparison.Ordinal);
    }
}
