using System.Text.Json;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Gemini;

/// <summary>Chunks that repeat each other are not parsed again; whatever differs must be seen all the same.</summary>
public sealed class GeminiRepeatTests
{
    private static string Chunk(string text, string usage, string more = "", string id = "r1") =>
        $$$"""{"candidates": [{"content": {"parts": [{"text": "{{{text}}}"{{{more}}}}],"role": "model"},"index": 0}],"usageMetadata": {{{usage}}},"modelVersion": "gemini-3-flash","responseId": "{{{id}}}"}""";

    private static string Counts(int candidates, string more = "") => $$"""{"promptTokenCount": 10,"candidatesTokenCount": {{candidates}},"totalTokenCount": {{10 + candidates}}{{more}}}""";

    private const string Stop = """{"candidates": [{"content": {"parts": [],"role": "model"},"finishReason": "STOP","index": 0}],"modelVersion": "gemini-3-flash","responseId": "r1"}""";

    private static Task<StreamOutcome> StreamAsync(params string[] chunks) => GeminiWire.StreamAsync(GeminiWire.Events(chunks));

    [Fact]
    public async Task Counts_of_repeated_chunks_are_those_of_the_last()
    {
        StreamOutcome outcome = await StreamAsync(Chunk("a", Counts(1)), Chunk("b", Counts(9)), Chunk("c", Counts(10)), Chunk("d", Counts(117)), Stop);
        Assert.Equal(("abcd", 10, 117, 127), (outcome.Text, outcome.Usage!.InputTokenCount, outcome.Usage.OutputTokenCount, outcome.Usage.TotalTokenCount));
    }

    [Fact]
    public async Task A_count_that_only_an_earlier_chunk_has_stays()
    {
        StreamOutcome outcome = await StreamAsync(Chunk("a", Counts(1)), Chunk("b", Counts(2)), Chunk("c", Counts(3, ",\"cachedContentTokenCount\": 4")), Chunk("d", Counts(5)), Chunk("e", Counts(6)), Stop);
        Assert.Equal(("abcde", 6, 4), (outcome.Text, outcome.Usage!.OutputTokenCount, outcome.Usage.CachedInputTokenCount));
    }

    [Fact]
    public async Task Thoughts_among_the_repeated_chunks_stay_thoughts()
    {
        string[] chunks = [Chunk("a", Counts(1)), Chunk("b", Counts(2)), Chunk("t", Counts(3), ",\"thought\": true"), Chunk("u", Counts(4), ",\"thought\": true"), Chunk("c", Counts(5)), Chunk("d", Counts(6)), Stop];
        StreamOutcome outcome = await StreamAsync(chunks);
        Assert.Equal(("abcd", "tu"), (outcome.Text, outcome.Reasoning));
    }

    [Fact]
    public async Task Escapes_and_letters_beyond_ascii_come_through()
    {
        StreamOutcome outcome = await StreamAsync(Chunk("a", Counts(1)), Chunk("\\n\\u00fc\\\"", Counts(2)), Chunk("ü🎉", Counts(3)), Chunk("\\ud83c", Counts(4)), Chunk("\\udf89", Counts(5)), Stop);
        Assert.Equal("a\nü\"ü🎉🎉", outcome.Text);
    }

    [Theory]
    [InlineData(",\"thoughtSignature\": \"sig\"")]
    [InlineData("},{\"functionCall\": {\"name\": \"f\",\"args\": {}}")]
    public async Task Whatever_is_new_in_a_chunk_is_seen(string more)
    {
        StreamOutcome plain = await StreamAsync(Chunk("a", Counts(1)), Chunk("b", Counts(2)), Chunk("c", Counts(3)), Stop);
        StreamOutcome outcome = await StreamAsync(Chunk("a", Counts(1)), Chunk("b", Counts(2)), Chunk("c", Counts(3), more), Stop);
        Assert.Equal("abc", outcome.Text);
        Assert.NotEqual(plain.Updates.SelectMany(static update => update.Contents).Count(), outcome.Updates.SelectMany(static update => update.Contents).Count());
    }

    [Fact]
    public async Task Digits_outside_the_usage_are_no_counts()
    {
        string second = Chunk("b", Counts(2)).Replace("\"index\": 0", "\"index\": 1", StringComparison.Ordinal);
        StreamOutcome outcome = await StreamAsync(Chunk("a", Counts(1)), second, Stop);
        Assert.Equal(["r1", "r1-1"], outcome.Updates.Where(static update => update.Text.Length > 0).Select(static update => update.MessageId));
    }

    [Theory]
    [InlineData("""{"promptTokenCount": 10,"candidatesTokenCount": 007,"totalTokenCount": 17}""")]
    [InlineData("""{"promptTokenCount": 10,"candidatesTokenCount": 7x,"totalTokenCount": 17}""")]
    public async Task Broken_counts_are_a_broken_event(string usage)
    {
        StreamOutcome outcome = await StreamAsync(Chunk("a", Counts(1)), Chunk("b", Counts(2)), Chunk("c", usage), Stop);
        Assert.Equal(("ab", LlmErrorKind.InvalidResponse), (outcome.Text, outcome.Failure?.Kind));
        Assert.IsAssignableFrom<JsonException>(outcome.Failure!.InnerException);
    }
}
