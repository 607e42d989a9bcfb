using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using LlmStack.Testing;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Answers beside chat in the format of OpenAI, for the conformance kit.</summary>
internal static class OperationBodies
{
    /// <param name="answer">What to say.</param>
    /// <param name="streaming">Whether a stream was asked for.</param>
    /// <param name="events">Whether the model sends its sound and its transcripts as events.</param>
    public static CannedBody Write(CannedOperation answer, bool streaming, bool events) => answer switch
    {
        CannedVectors vectors => CannedBody.Json($$"""{"object":"list","model":"m","data":[{{Joined(vectors.Vectors.Index().Reverse(), static item => $$"""{"object":"embedding","index":{{item.Index}},"embedding":"{{Base64(item.Item)}}"}""")}}],"usage":{"prompt_tokens":{{answer.InputTokens}},"total_tokens":{{answer.InputTokens}} } }"""),
        CannedCompletion completion => streaming ? CannedBody.Events(Completion(completion)) : CannedBody.Json(Chunk(completion, string.Concat(completion.Pieces), ends: true, Usage(answer))),
        CannedRanking ranking => CannedBody.Json($$"""{"id":"r1","results":[{{Joined(ranking.Results, static result => $$"""{"index":{{result.Index}},"relevance_score":{{Text(result.Score)}}}""")}}]}"""),
        CannedVerdicts verdicts => CannedBody.Json($$"""{"id":"m1","model":"m","results":[{{Joined(verdicts.Results, Verdict)}}]}"""),
        CannedImages images => CannedBody.Json($$"""{"created":1700000000,"data":[{{Joined(images.Images, static image => $$"""{"b64_json":"{{Convert.ToBase64String(image.Span)}}"}""")}}],"usage":{"input_tokens":{{answer.InputTokens}},"output_tokens":{{answer.OutputTokens}},"total_tokens":{{answer.InputTokens + answer.OutputTokens}} } }"""),
        CannedSound sound when !events => new CannedBody("audio/mpeg", sound.Pieces),
        CannedSound sound => CannedBody.Events([.. sound.Pieces.Select(static piece => $$"""{"type":"speech.audio.delta","audio":"{{Convert.ToBase64String(piece.Span)}}"}"""), $$"""{"type":"speech.audio.done","usage":{{TokenUsage(answer)}}}"""]),
        CannedTranscript transcript when streaming && events => CannedBody.Events([.. transcript.Pieces.Select(static piece => $$"""{"type":"transcript.text.delta","delta":{{Json(piece)}}}"""), $$"""{"type":"transcript.text.done","text":{{Json(transcript.Text)}},"usage":{{TokenUsage(answer)}}}"""]),
        CannedTranscript transcript => CannedBody.Json($$"""{"text":{{Json(transcript.Text)}},"usage":{{TokenUsage(answer)}}}"""),
        _ => throw new NotSupportedException(answer.ToString()),
    };

    /// <summary>A completion in the form of a chat's answer, whose usage comes with the last choice.</summary>
    public static CannedBody Filled(CannedCompletion completion, bool streaming)
    {
        string reason = Json(completion.FinishReason.Value);
        return streaming
            ? CannedBody.Events([.. completion.Pieces.Select(static piece => Choice("delta", piece, "null", "null")), Choice("delta", "", reason, Usage(completion)), "[DONE]"])
            : CannedBody.Json(Choice("message", string.Concat(completion.Pieces), reason, Usage(completion)));

        static string Choice(string field, string text, string reason, string usage) =>
            $$"""{"id":"c1","model":"m","choices":[{"index":0,"{{field}}":{"role":"assistant","content":{{Json(text)}}},"finish_reason":{{reason}}}],"usage":{{usage}}}""";
    }

    private static IEnumerable<string> Completion(CannedCompletion completion) =>
    [
        .. completion.Pieces.Select(piece => Chunk(completion, piece, ends: false, "null")),
        Chunk(completion, "", ends: true, "null"),
        $$"""{"id":"c1","object":"text_completion","choices":[],"usage":{{Usage(completion)}}}""",
        "[DONE]",
    ];

    private static string Chunk(CannedCompletion completion, string text, bool ends, string usage) =>
        $$"""{"id":"c1","object":"text_completion","model":"m","choices":[{"index":0,"text":{{Json(text)}},"finish_reason":{{(ends ? Json(completion.FinishReason.Value) : "null")}}}],"usage":{{usage}}}""";

    private static string Verdict(ModerationResult result) =>
        $$$"""{"flagged":{{{Json(result.Flagged)}}},"categories":{{{{Joined(result.Categories, static category => $"{Json(category.Name)}:{Json(category.Flagged)}")}}}},"category_scores":{{{{Joined(result.Categories, static category => $"{Json(category.Name)}:{Text(category.Score!.Value)}")}}}}}""";

    private static string Usage(CannedOperation answer) => $$"""{"prompt_tokens":{{answer.InputTokens}},"completion_tokens":{{answer.OutputTokens}},"total_tokens":{{answer.InputTokens + answer.OutputTokens}}}""";

    private static string TokenUsage(CannedOperation answer) => $$"""{"type":"tokens","input_tokens":{{answer.InputTokens}},"output_tokens":{{answer.OutputTokens}},"total_tokens":{{answer.InputTokens + answer.OutputTokens}}}""";

    private static string Base64(IReadOnlyList<float> vector) => Convert.ToBase64String(MemoryMarshal.AsBytes<float>([.. vector]));

    private static string Joined<T>(IEnumerable<T> items, Func<T, string> write) => string.Join(',', items.Select(write));

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Json<T>(T value) => JsonSerializer.Serialize(value);
}
