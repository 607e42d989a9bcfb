using LlmStack.Tests.Providers.Streaming;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Section H of the streaming cases, as far as bytes tell: errors inside answers that looked successful, and cuts.</summary>
internal static class FailureCases
{
    private static readonly StreamExpectation Text = new() { Text = "a" };

    public static IReadOnlyList<StreamCase> All { get; } =
    [
        Body("""{"error":{"message":"bad gateway","code":502}}""", "an_error_object_with_a_status", LlmErrorKind.ServerError),
        Body("""{"error":{"message":"slow down","code":"429"}}""", "an_error_object_with_a_status_as_text", LlmErrorKind.RateLimited),
        Body("""{"error":"something broke"}""", "an_error_text", LlmErrorKind.ServerError),
        Body("""{"detail":"Model is overloaded"}""", "a_detail", LlmErrorKind.Overloaded),
        Body("""{"success":false,"message":"no"}""", "a_message", LlmErrorKind.ServerError),
        Body("""{"object":"error","message":"maximum context length is 10 tokens","type":"BadRequestError","code":400}""", "a_flat_error", LlmErrorKind.ContextWindowExceeded),
        First("data: {\"error\":{\"message\":\"x\",\"type\":\"rate_limit_error\"}}\n\n", "an_error_object", LlmErrorKind.RateLimited),
        First("event: error\ndata: {\"message\":\"overloaded\",\"type\":\"overloaded_error\"}\n\n", "an_event_named_error", LlmErrorKind.Overloaded),
        First("error: {\"code\":400,\"message\":\"the request exceeds the available context size\",\"type\":\"invalid_request_error\"}\n\n", "an_error_line", LlmErrorKind.ContextWindowExceeded),
        First("data: {\"object\":\"error\",\"message\":\"boom\",\"code\":500}\n\n", "a_flat_error", LlmErrorKind.ServerError),
        new(98, "an_error_behind_text_keeps_the_text", Events(
            Chunk("a"),
            """{"id":"c","error":{"code":503,"message":"down","metadata":{"error_type":"provider_overloaded"}},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"""), Text with { Failure = LlmErrorKind.Overloaded }),
        new(99, "a_page_instead_of_events", "<html><head><title>Sign in</title></head><body>x</body></html>", new() { Failure = LlmErrorKind.InvalidResponse }) { ContentType = "text/html" },
        new(101, "a_cut_document_instead_of_events", "{\"id\":\"x\",\"choices\":[{\"mess", new() { Failure = LlmErrorKind.Network }) { IsBroken = true },
        new(101, "half_a_document_that_ends_cleanly", "{\"id\":\"x\",\"choices\":[{\"mess", new() { Failure = LlmErrorKind.InvalidResponse }),
        new(102, "a_break_behind_the_finish_reason_is_a_network_failure", Events(Chunk("a"), Stop), Text with { Failure = LlmErrorKind.Network }) { IsBroken = true },
        new(102, "a_break_behind_done_is_none", Events(Chunk("a"), Stop, "[DONE]"), Text) { IsBroken = true },
        new(0, "an_event_that_is_no_json", Events(Chunk("a"), "{\"choices\":[}"), Text with { Failure = LlmErrorKind.InvalidResponse }),
        new(0, "audio_that_is_no_base64", Events(Delta("""{"audio":{"data":"!!!!"}}""")), new() { Failure = LlmErrorKind.InvalidResponse }),
    ];

    private static StreamCase Body(string body, string what, LlmErrorKind kind) => new(96, $"a_success_that_is_{what}", body, new() { Failure = kind }) { ContentType = "application/json" };

    private static StreamCase First(string body, string what, LlmErrorKind kind) => new(97, $"a_first_event_that_is_{what}", body, new()
    {
        Failure = kind,
        Also = static outcome => Assert.Empty(outcome.Updates),
    });
}
