using Microsoft.Extensions.AI;
using static LlmStack.Testing.ConformanceBench;

namespace LlmStack.Testing;

/// <summary>Answers come back as they were given, whole and streamed.</summary>
internal static class AnswerCases
{
    /// <summary>Quotes, escapes, line separators, right-to-left, combining marks, and characters outside the basic plane.</summary>
    private const string Odd = "\"\\/\b\f\n\r\t ä\u0301 \u2028\u2029 שלום 👩‍👩‍👧 𝄞 <b>&amp;</b>";

    private static readonly CannedAnswer Plain = new() { Pieces = ["Hel", "lo, ", "world"] };

    public static readonly ConformanceRow[] Rows =
    [
        new("a plain answer comes back", static bench => PlainAsync(bench, streaming: false)),
        new("a streamed answer comes back", static bench => PlainAsync(bench, streaming: true)),
        new("pieces of a stream come one by one", PiecesAsync),
        new("a stream and a plain answer say the same", SameAsync),
        new("usage is counted, once", UsageAsync),
        new("finish reasons are mapped and the raw word is kept", FinishAsync),
        new("text of any kind survives both ways", UnicodeAsync),
        new("a stream in single bytes says the same", BytewiseAsync) { NeedsHttp = true },
        new("a prompt of four megabytes is sent", BigPromptAsync),
        new("an answer of a megabyte is read", BigAnswerAsync),
    ];

    private static async Task PlainAsync(ConformanceBench bench, bool streaming)
    {
        ConformanceStage stage = bench.Open(Plain);
        await using (stage.ConfigureAwait(false))
        {
            ConformanceOutcome outcome = await bench.AskAsync(stage, streaming).ConfigureAwait(false);
            Equal("Hello, world", outcome.Text, "text");
            Equal(ChatRole.Assistant, outcome.Response.Messages[^1].Role, "role");
            Equal(ChatFinishReason.Stop, outcome.Response.FinishReason ?? default, "finish reason");
            Expect(outcome.Report.RequestSent, "AttemptReport.RequestSent must be set once the request was sent.");
            Expect(stage.Requests.Count == 1, $"One request was expected, {stage.Requests.Count} arrived: a provider does not retry.");
        }
    }

    private static async Task PiecesAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(Plain);
        await using (stage.ConfigureAwait(false))
        {
            ConformanceOutcome outcome = await bench.AskAsync(stage, streaming: true).ConfigureAwait(false);
            int pieces = outcome.Updates.Count(static update => update.Text.Length > 0);
            Expect(pieces > 1, $"The text of three pieces came in {pieces} update(s); updates must not be held back.");
        }
    }

    private static async Task SameAsync(ConformanceBench bench)
    {
        CannedAnswer answer = Plain with { FinishReason = ChatFinishReason.Length };
        ConformanceStage stage = bench.Open(answer);
        await using (stage.ConfigureAwait(false))
        {
            ConformanceOutcome whole = await bench.AskAsync(stage, streaming: false).ConfigureAwait(false);
            ConformanceOutcome streamed = await bench.AskAsync(stage, streaming: true).ConfigureAwait(false);
            Equal(whole.Text, streamed.Text, "text");
            Equal(whole.Response.FinishReason, streamed.Response.FinishReason, "finish reason");
            Equal(whole.Response.ResponseId, streamed.Response.ResponseId, "response id");
            Equal(whole.Response.ModelId, streamed.Response.ModelId, "model");
            Equal(whole.Usage?.InputTokenCount, streamed.Usage?.InputTokenCount, "input tokens");
            Equal(whole.Usage?.OutputTokenCount, streamed.Usage?.OutputTokenCount, "output tokens");
        }
    }

    private static async Task UsageAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(Plain with { InputTokens = 1234, OutputTokens = 567 });
        await using (stage.ConfigureAwait(false))
        {
            await BothAsync(async streaming =>
            {
                ConformanceOutcome outcome = await bench.AskAsync(stage, streaming).ConfigureAwait(false);
                Equal(1234, outcome.Usage?.InputTokenCount, "input tokens");
                Equal(567, outcome.Usage?.OutputTokenCount, "output tokens");
                int reports = outcome.Updates.SelectMany(static update => update.Contents).OfType<UsageContent>().Count();
                Expect(reports <= 1, $"A stream's usage must come once, it came {reports} times; readers add what they get.");
            }).ConfigureAwait(false);
        }
    }

    private static async Task FinishAsync(ConformanceBench bench)
    {
        List<ChatFinishReason> reasons = [ChatFinishReason.Stop, ChatFinishReason.Length];
        if (bench.Fixture.Features.HasFlag(ConformanceFeatures.ContentFilter))
        {
            reasons.Add(ChatFinishReason.ContentFilter);
        }

        foreach (ChatFinishReason reason in reasons)
        {
            ConformanceStage stage = bench.Open(Plain with { FinishReason = reason });
            await using (stage.ConfigureAwait(false))
            {
                await BothAsync(async streaming =>
                {
                    ConformanceOutcome outcome = await bench.AskAsync(stage, streaming).ConfigureAwait(false);
                    Equal(reason, outcome.Response.FinishReason ?? default, "finish reason");
                    Expect(!bench.Fixture.IsHttp || !string.IsNullOrEmpty(outcome.Report.RawFinishReason), "AttemptReport.RawFinishReason must keep the provider's own word.");
                }).ConfigureAwait(false);
            }
        }
    }

    private static async Task UnicodeAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(Plain with { Pieces = [Odd, "end"] });
        await using (stage.ConfigureAwait(false))
        {
            await BothAsync(async streaming =>
            {
                ConformanceOutcome outcome = await bench.AskAsync(stage, streaming, [new ChatMessage(ChatRole.User, Odd)]).ConfigureAwait(false);
                Equal(Odd + "end", outcome.Text, "text");
            }).ConfigureAwait(false);
        }
    }

    private static async Task BytewiseAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new ConformanceStep { Answer = Plain with { Pieces = [Odd, "end"] }, Bytewise = true });
        await using (stage.ConfigureAwait(false))
        {
            ConformanceOutcome outcome = await bench.AskAsync(stage, streaming: true).ConfigureAwait(false);
            Equal(Odd + "end", outcome.Text, "text");
        }
    }

    private static async Task BigPromptAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(Plain);
        await using (stage.ConfigureAwait(false))
        {
            string prompt = string.Concat(Enumerable.Repeat("0123456789abcdef", 256 * 1024));
            ConformanceOutcome outcome = await bench.AskAsync(stage, streaming: false, [new ChatMessage(ChatRole.User, prompt)]).ConfigureAwait(false);
            Equal("Hello, world", outcome.Text, "text");
            Expect(stage.Requests[0].Contains(prompt, StringComparison.Ordinal), "The prompt must arrive whole.");
        }
    }

    private static async Task BigAnswerAsync(ConformanceBench bench)
    {
        string piece = string.Concat(Enumerable.Repeat("0123456789abcdef", 1024));
        ConformanceStage stage = bench.Open(Plain with { Pieces = [.. Enumerable.Repeat(piece, 64)] });
        await using (stage.ConfigureAwait(false))
        {
            await BothAsync(async streaming =>
                Equal(64 * piece.Length, (await bench.AskAsync(stage, streaming).ConfigureAwait(false)).Text.Length, "length of the text")).ConfigureAwait(false);
        }
    }
}
