using System.Text;
using LlmStack.Tests.Providers.Streaming;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Sections A and B of the streaming cases: framing and encoding.</summary>
internal static class FramingCases
{
    private static readonly string A = Chunk("Hel");
    private static readonly string B = Chunk("lo");

    private static readonly StreamExpectation Hello = new() { Text = "Hello" };

    public static IReadOnlyList<StreamCase> All { get; } =
    [
        new(1, "crlf_ends_lines_like_lf", $"data: {A}\r\n\r\ndata: {B}\r\n\r\ndata: [DONE]\r\n\r\n", Hello),
        new(2, "cr_and_lf_in_different_chunks_are_one_line_end", $"data: {A}\r\n\r\ndata: {B}\r\n\r\ndata: {Stop}\r\n\r\n", Hello with { Finish = ChatFinishReason.Stop }),
        new(3, "a_lone_cr_is_a_line_end", $"data: {A}\r\rdata: {B}\r\rdata: [DONE]\r\r", Hello),
        new(4, "mixed_line_ends_are_accepted", $"data: {A}\n\r\ndata: {B}\r\n\ndata: [DONE]\n\n", Hello),
        new(5, "a_byte_order_mark_is_skipped", $"\uFEFFdata: {A}\n\ndata: {B}\n\ndata: [DONE]\n\n", Hello),
        new(6, "comments_are_ignored", $": OPENROUTER PROCESSING\n\ndata: {A}\n\n: keep-alive\n\n:\n\ndata: {B}\n\ndata: [DONE]\n\n", Hello),
        new(7, "none_or_two_spaces_behind_the_colon", $"data:{A}\n\ndata:  {B}\n\ndata:[DONE]\n\n", Hello),
        new(8, "data_lines_are_joined", Joined(A) + Joined(B) + "data: [DONE]\n\n", Hello),
        new(9, "two_documents_without_a_blank_line_are_both_read", $"data: {A}\ndata: {B}\n\ndata: [DONE]\n\n", Hello),
        new(10, "the_order_of_fields_is_free", $"event: message\ndata: {A}\n\ndata: {B}\nevent: message\n\ndata: [DONE]\n\n", Hello),
        new(11, "an_event_without_data_is_ignored", $"event: ping\n\ndata: {A}\n\nevent: ping\n\ndata: {B}\n\ndata: [DONE]\n\n", Hello),
        new(12, "id_and_retry_are_ignored", $"id: 7\nretry: 3000\ndata: {A}\n\nid: 8\ndata: {B}\n\ndata: [DONE]\n\n", Hello),
        new(13, "a_field_without_colon_and_unknown_fields_are_ignored", $"data\n\ndata: {A}\n\nfoo: bar\n\ndata: {B}\n\ndata: [DONE]\n\n", Hello),
        new(14, "a_last_event_without_its_blank_line_is_read", $"data: {A}\n\ndata: {B}\n\ndata: {Stop}\n", Hello),
        new(15, "a_last_event_without_a_newline_is_read_when_complete", $"data: {A}\n\ndata: {B}\n\ndata: {Stop}", Hello),
        new(15, "a_last_event_without_a_newline_is_truncated_when_not", $"data: {A}\n\ndata: {B[..30]}", new() { Text = "Hel", Failure = LlmErrorKind.Network }),
        new(16, "done_without_a_newline_ends_the_stream", $"data: {A}\n\ndata: {B}\n\ndata: [DONE]", Hello),
        new(16, "done_between_spaces_ends_the_stream", $"data: {A}\n\ndata: {B}\n\ndata:  [DONE] \n\n", Hello),
        new(16, "done_without_a_space_ends_the_stream", $"data: {A}\n\ndata: {B}\n\ndata:[DONE]\n\n", Hello),
        new(16, "done_in_quotes_ends_the_stream", $"data: {A}\n\ndata: {B}\n\ndata: \"[DONE]\"\n\n", Hello),
        new(17, "nothing_behind_done_is_read", $"data: {A}\n\ndata: {B}\n\ndata: [DONE]\n\ndata: {B}\n\ngarbage", Hello),
        new(18, "a_finish_reason_without_done_completes", Events(A, B, Stop), Hello with { Finish = ChatFinishReason.Stop, RawFinish = "stop" }),
        new(19, "neither_done_nor_finish_reason_is_a_truncated_stream", Events(A, B), Hello with { Failure = LlmErrorKind.Network }),
        new(24, "a_server_that_does_not_stream_gives_its_answer_at_once", """{"id":"c9","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""", Hello with { Finish = ChatFinishReason.Stop, TotalTokens = 3 })
        {
            ContentType = "application/json",
        },
        new(26, "a_character_split_between_reads_stays_whole", Events(Chunk("🎉ö"), "[DONE]"), new() { Text = "🎉ö" }),
        new(27, "a_surrogate_pair_split_between_events_is_joined", Events(Chunk("a\\ud83c"), Chunk("\\udf89b"), Chunk("\\ud83c"), "[DONE]"), new()
        {
            Text = "a🎉b\uFFFD",
            Also = static outcome => Assert.All(outcome.Updates, static u => Assert.False(u.Text.Length > 0 && char.IsHighSurrogate(u.Text[^1]))),
        }),
        new(28, "an_invalid_byte_becomes_the_replacement_character", Invalid(Events(Chunk("a?b"), "[DONE]")), new() { Text = "a\uFFFDb" }),
        new(29, "unicode_line_separators_end_no_line", Events(Chunk("a\u2028b\u2029c\u0085d"), "[DONE]"), new() { Text = "a\u2028b\u2029c\u0085d" }),
        new(30, "nul_escapes_are_text_and_nul_padding_is_ignored", "\0\0data: " + Chunk("a\\u0000b") + "\n\n\0data: [DONE]\n\n", new() { Text = "a\0b" }),
        new(32, "the_charset_of_the_header_is_not_believed", Events(Chunk("häl"), B, "[DONE]"), new() { Text = "hällo" }) { ContentType = "text/event-stream; charset=iso-8859-1" },
        new(23, "events_labelled_as_text_are_events", Events(A, B, "[DONE]"), Hello) { ContentType = "text/plain" },
        new(23, "events_labelled_as_json_are_events", Events(A, B, "[DONE]"), Hello) { ContentType = "application/json" },
    ];

    private static string Joined(string json)
    {
        int comma = json.IndexOf(',', StringComparison.Ordinal) + 1;
        return $"data: {json[..comma]}\ndata: {json[comma..]}\n\n";
    }

    private static byte[] Invalid(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xFF;
        return bytes;
    }
}
