using System.Text;
using System.Text.Json;
using CsCheck;
using LlmStack.Tracing;

namespace LlmStack.Tests.Tracing;

public sealed class SpanRecordTests
{
    [Fact]
    public void A_streamed_answer_becomes_one_message_whatever_the_pieces()
    {
        Gen<string> text = Gen.OneOf("a", "\"", "\\", "\n", "\u0001", "é", "漢", "😀", "\u2028", "x", " ").Array[0, 40].Select(string.Concat);
        Gen.Select(text, Gen.Int[1, 7]).Sample((whole, size) =>
        {
            SpanRecord record = Make();
            for (int i = 0; i < whole.Length; i += size)
            {
                record.AppendOutputText(whole.AsSpan(i, Math.Min(size, whole.Length - i)));
            }

            if (whole.Length == 0)
            {
                Assert.True(record.OutputJson.IsEmpty);
                return;
            }

            using JsonDocument json = JsonDocument.Parse(record.OutputJson.ToArray());
            Assert.Equal("assistant", json.RootElement.GetProperty("role").GetString());
            Assert.Equal(whole, json.RootElement.GetProperty("content").GetString());
        });
    }

    [Fact]
    public void A_lone_surrogate_is_replaced_and_the_json_stays_valid()
    {
        SpanRecord record = Make();
        record.AppendOutputText("a\ud83d");
        record.AppendOutputText("b\udc00\ud83d");
        Assert.Equal("{\"role\":\"assistant\",\"content\":\"a\ufffdb\ufffd\ufffd\"}", Encoding.UTF8.GetString(record.OutputJson));
    }

    [Fact]
    public void Tool_calls_stand_beside_the_text_in_OpenAI_shape()
    {
        SpanRecord record = Make();
        record.AppendToolCall("c1", "find", new Dictionary<string, object?> { ["q"] = "say \"hi\"", ["n"] = 3 });
        record.AppendToolCall("c2", "now", null);
        Assert.Equal(
            """{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"find","arguments":"{\"q\":\"say \\\"hi\\\"\",\"n\":3}"}},{"id":"c2","type":"function","function":{"name":"now","arguments":"{}"}}]}""",
            Encoding.UTF8.GetString(record.OutputJson));
    }

    [Fact]
    public void A_long_value_becomes_a_valid_marked_preview_within_the_bound()
    {
        const int Limit = 1024;
        Gen.Select(Gen.Int[1, 400], Gen.OneOf("plain ", "\"\\", "漢字", "😀", "\n\t")).Sample((count, unit) =>
        {
            string text = string.Concat(Enumerable.Repeat(unit, count));
            SpanRecord record = Make(Limit);
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(text);
            record.SetInput(json);
            Assert.True(record.InputJson.Length <= Limit);
            using JsonDocument parsed = JsonDocument.Parse(record.InputJson.ToArray());
            if (json.Length > Limit)
            {
                Assert.True(parsed.RootElement.GetProperty("truncated").GetBoolean());
                Assert.Equal(json.Length, parsed.RootElement.GetProperty("bytes").GetInt64());
                Assert.StartsWith(parsed.RootElement.GetProperty("preview").GetString()!, Encoding.UTF8.GetString(json), StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(text, parsed.RootElement.GetString());
            }
        });
    }

    [Fact]
    public void A_long_stream_is_bounded_while_it_runs_and_counted_to_its_end()
    {
        SpanRecord record = Make(2048);
        for (int i = 0; i < 1000; i++)
        {
            record.AppendOutputText("0123456789");
        }

        record.AppendToolCall("c", "f", null);
        using JsonDocument parsed = JsonDocument.Parse(record.OutputJson.ToArray());
        Assert.True(record.OutputJson.Length <= 2048);
        Assert.True(parsed.RootElement.GetProperty("bytes").GetInt64() > 10_000);
        Assert.StartsWith("{\"role\":\"assistant\",\"content\":\"0123456789", parsed.RootElement.GetProperty("preview").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_content_capture_nothing_is_kept()
    {
        SpanRecord record = new();
        record.Configure(captures: false, 1024, TraceValueWriter.Default);
        Assert.False(record.IsEnabled);
        record.SetInput("1"u8);
        record.SetOutput("2"u8);
        record.AppendOutputText("text");
        record.AppendToolCall("c", "f", null);
        Assert.False(record.HasInput);
        Assert.True(record.InputJson.IsEmpty);
        Assert.True(record.OutputJson.IsEmpty);
    }

    [Fact]
    public void Content_is_copied_to_another_record_even_half_way_through_a_stream()
    {
        SpanRecord first = Make();
        SpanRecord second = Make();
        second.SetInput("\"old\""u8);
        first.SetInput("[1]"u8);
        first.AppendOutputText("Hel\ud83d");
        first.CopyContentTo(second);
        first.AppendOutputText("x");
        second.AppendOutputText("\ude00lo");
        Assert.Equal("[1]", Encoding.UTF8.GetString(second.InputJson));
        Assert.Equal("{\"role\":\"assistant\",\"content\":\"Hel😀lo\"}", Encoding.UTF8.GetString(second.OutputJson));
        Assert.Equal("{\"role\":\"assistant\",\"content\":\"Hel\ufffdx\"}", Encoding.UTF8.GetString(first.OutputJson));

        Make().CopyContentTo(second);
        Assert.Equal("[1]", Encoding.UTF8.GetString(second.InputJson));
    }

    [Fact]
    public void A_whole_output_replaces_streamed_pieces()
    {
        SpanRecord record = Make();
        record.AppendOutputText("partial");
        record.SetOutput("{\"role\":\"assistant\",\"content\":\"whole\"}"u8);
        Assert.Equal("{\"role\":\"assistant\",\"content\":\"whole\"}", Encoding.UTF8.GetString(record.OutputJson));
    }

    [Fact]
    public void Appending_pieces_does_not_allocate()
    {
        SpanRecord record = Make();
        string[] pieces = ["Hello", " wor\"ld", "\n", "漢字"];
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
            {
                record.AppendOutputText(pieces[i % pieces.Length]);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (warm == 1)
            {
                Assert.Equal(0, allocated);
            }

            record.SetOutput("1"u8);
        }
    }

    private static SpanRecord Make(int limit = 1024 * 1024)
    {
        var record = new SpanRecord();
        record.Configure(captures: true, limit, TraceValueWriter.Default);
        return record;
    }
}
