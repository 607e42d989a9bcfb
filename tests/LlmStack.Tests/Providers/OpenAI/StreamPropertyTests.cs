using System.IO.Compression;
using System.Text;
using CsCheck;
using LlmStack.Providers.OpenAI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>What must hold for every way of cutting, packing and decorating one stream.</summary>
public sealed class StreamPropertyTests
{
    private static readonly string[] Data =
    [
        Delta("""{"role":"assistant","content":""}"""), Delta("""{"reasoning":"hm ö"}"""), Chunk("Grüße 🎉 "), Chunk("a\\ud83c"), Chunk("\\udf89\\n"),
        Delta("""{"tool_calls":[{"index":0,"id":"t0","function":{"name":"f","arguments":"{\"city\":"}}]}"""),
        Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"\"Köln\"}"}}]}"""),
        Stop, Usage, "[DONE]",
    ];

    private static readonly byte[] Whole = Encoding.UTF8.GetBytes(Events(Data));

    private static string Told(byte[] bytes, IReadOnlyList<int>? sizes = null, string? encoding = null) => Run(bytes, sizes, encoding).Told;

    /// <summary>The generator's predicates are synchronous, and so is reading from memory.</summary>
    private static StreamOutcome Run(byte[] bytes, IReadOnlyList<int>? sizes = null, string? encoding = null) => StreamBytesAsync(bytes, sizes, encoding).GetAwaiter().GetResult();

    [Fact]
    public void P1_a_split_at_any_position_changes_nothing()
    {
        string expected = Told(Whole);
        Assert.Contains("Grüße 🎉 a🎉", expected, StringComparison.Ordinal);
        for (int at = 1; at < Whole.Length; at++)
        {
            Assert.Equal(expected, Told(Whole, [at]));
        }
    }

    [Fact]
    public void P2_random_reads_line_ends_and_compression_change_nothing()
    {
        string expected = Told(Whole);
        Gen.Select(Gen.Int[1, 40].Array[0, 60], Gen.Int[0, 2].Select(i => i switch { 0 => "\n", 1 => "\r\n", _ => "\r" }), Gen.Bool).Sample((sizes, end, packed) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Events(Data).Replace("\n", end, StringComparison.Ordinal));
            return Told(packed ? Gzip(bytes) : bytes, sizes, packed ? "gzip" : null) == expected;
        }, iter: 200);
    }

    [Fact]
    public void P3_and_P9_comments_pings_unknown_events_and_fields_change_nothing()
    {
        string expected = Told(Whole);
        string[] noise = [": keep-alive\n\n", ":\n\n", "event: ping\n\n", "id: 7\n\n", "foo: bar\n\n", "data: {\"unknown\":[1,{\"a\":null}]}\n\n", "event: ping\ndata: {\"type\":\"ping\"}\n\n", "retry: 10\n"];
        Gen.Int[0, noise.Length].Array[Data.Length].Sample(picks =>
        {
            var body = new StringBuilder();
            for (int i = 0; i < Data.Length; i++)
            {
                body.Append(picks[i] < noise.Length ? noise[picks[i]] : "");
                string data = Data[i].StartsWith('{') ? "{\"new_field\":{\"x\":[1,2]}," + Data[i][1..] : Data[i];
                body.Append("data: ").Append(data).Append("\n\n");
            }

            return Told(Encoding.UTF8.GetBytes(body.ToString())) == expected;
        }, iter: 200);
    }

    [Fact]
    public void P4_a_cut_gives_a_prefix_and_completes_only_behind_the_finish_reason()
    {
        StreamOutcome full = Run(Whole);
        int finishAt = Encoding.UTF8.GetString(Whole).IndexOf("\"stop\"", StringComparison.Ordinal);
        int finishByte = Encoding.UTF8.GetByteCount(Encoding.UTF8.GetString(Whole)[..finishAt]);
        for (int k = 1; k < Whole.Length; k++)
        {
            StreamOutcome cut = Run(Whole[..k]);
            Assert.StartsWith(cut.Text.TrimEnd('\uFFFD'), full.Text, StringComparison.Ordinal);
            if (cut.Failure is null)
            {
                Assert.True(k > finishByte, $"completed at byte {k}, before the finish reason at {finishByte}");
            }
            else
            {
                Assert.Equal(LlmErrorKind.Network, cut.Failure.Kind);
            }
        }
    }

    [Fact]
    public void P6_and_P7_deltas_joined_are_the_whole_text_and_arguments()
    {
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 12].Array[1, 20], Gen.Int[1, 5]).Sample((texts, step) =>
        {
            string arguments = $$"""{"q":"{{string.Concat(texts)}}"}""";
            var data = texts.Select(Chunk).ToList();
            data.Add(Delta("""{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":""}}]}"""));
            for (int i = 0; i < arguments.Length; i += step)
            {
                string piece = System.Text.Json.JsonEncodedText.Encode(arguments[i..Math.Min(arguments.Length, i + step)]).ToString();
                data.Add(Delta("""{"tool_calls":[{"index":0,"function":{"arguments":""" + "\"" + piece + "\"" + """}}]}"""));
            }

            data.Add("[DONE]");
            StreamOutcome outcome = Run(Encoding.UTF8.GetBytes(Events([.. data])));
            return outcome.Text == string.Concat(texts) && outcome.Calls.Single().Arguments!["q"]!.ToString() == string.Concat(texts);
        }, iter: 100);
    }

    [Fact]
    public void Chunks_that_repeat_their_surroundings_read_like_chunks_that_do_not()
    {
        Gen.Select(Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char[' ', '/'], Gen.Const('"'), Gen.Const('\\'), Gen.Const('\n'), Gen.Char['à', 'ÿ']), 1, 8].Array[1, 30], Gen.Bool).Sample((texts, escapeAll) =>
        {
            var alike = new List<string>();
            var varied = new List<string>();
            for (int i = 0; i < texts.Length; i++)
            {
                string json = escapeAll ? System.Text.Json.JsonEncodedText.Encode(texts[i]).ToString() : texts[i].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
                alike.Add(Chunk(json));
                varied.Add("{\"n\":" + i + "," + Chunk(json)[1..]);
            }

            string[] end = [Stop, Usage, "[DONE]"];
            StreamOutcome first = Run(Encoding.UTF8.GetBytes(Events([.. alike, .. end])));
            StreamOutcome second = Run(Encoding.UTF8.GetBytes(Events([.. varied, .. end])));
            return first.Text == string.Concat(texts) && first.Told == second.Told;
        }, iter: 300);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }
}
