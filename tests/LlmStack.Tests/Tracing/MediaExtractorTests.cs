using System.Text;
using System.Text.Json;
using LlmStack.Tracing;
using LlmStack.Tracing.Media;

namespace LlmStack.Tests.Tracing;

public sealed class MediaExtractorTests
{
    private static readonly byte[] File = [.. Enumerable.Range(0, 300).Select(static i => (byte)(i * 37 + 5))];
    private static readonly string Base64 = Convert.ToBase64String(File);
    private static readonly string Id = MediaItem.Of(MediaField.Input, "image/png", File).Id;

    public static TheoryData<string, string, string> Shapes => new()
    {
        { $"\"data:image/png;base64,{Base64}\"", "image/png", "base64_data_uri" },
        { $$$"""[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:Image/JPEG;charset=x;base64,{{{Base64}}}"}}]}]""", "image/jpeg", "base64_data_uri" },
        { $$$"""{"file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,{{{Base64}}}"}}""", "application/pdf", "base64_data_uri" },
        { $$$"""{"source":{"type":"base64","media_type":"image/webp","data":"{{{Base64}}}"}}""", "image/webp", "bytes" },
        { $$$"""{"source":{"data":"{{{Base64}}}","type":"base64","media_type":"image/webp"}}""", "image/webp", "bytes" },
        { $$$"""{"inline_data":{"mime_type":"audio/wav","data":"{{{Base64}}}"}}""", "audio/wav", "bytes" },
        { $$$"""{"inlineData":{"mimeType":"video/mp4","data":"{{{Base64}}}"}}""", "video/mp4", "bytes" },
        { $$$"""{"type":"input_audio","input_audio":{"data":"{{{Base64}}}","format":"mp3"}}""", "audio/mpeg", "bytes" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Files_of_every_shape_are_taken_out(string json, string type, string source)
    {
        (string rest, List<MediaItem> found) = Extract(json);

        MediaItem item = Assert.Single(found);
        Assert.Equal(type, item.ContentType);
        Assert.Equal(File, item.Bytes);
        Assert.Contains($"\"@@@langfuseMedia:type={type}|id={Id}|source={source}@@@\"", rest, StringComparison.Ordinal);
        Assert.DoesNotContain(Base64[..20], rest, StringComparison.Ordinal);
        JsonSerializer.Deserialize<JsonElement>(rest);
    }

    [Fact]
    public void Several_files_are_taken_out_and_everything_else_stays_byte_for_byte()
    {
        string other = Convert.ToBase64String(new byte[64]);
        (string rest, List<MediaItem> found) = Extract($$$"""{ "a" : "x\"y", "b":["data:image/png;base64,{{{Base64}}}", {"data":"{{{other}}}","n":{"data":"deep"},"media_type":"image/gif"}], "c": 1.50 }""");

        Assert.Equal(["image/png", "image/gif"], found.Select(static item => item.ContentType));
        Assert.Equal($$$"""{ "a" : "x\"y", "b":["@@@langfuseMedia:type=image/png|id={{{found[0].Id}}}|source=base64_data_uri@@@", {"data":"@@@langfuseMedia:type=image/gif|id={{{found[1].Id}}}|source=bytes@@@","n":{"data":"deep"},"media_type":"image/gif"}], "c": 1.50 }""", rest);
    }

    [Fact]
    public void Base64_that_a_writer_has_escaped_is_read_as_what_it_is()
    {
        // System.Text.Json's usual encoder writes a plus sign so.
        byte[] bytes = [0xFB, 0xEF, 0xBE, .. File];
        string json = JsonSerializer.Serialize("data:image/png;base64," + Convert.ToBase64String(bytes));
        Assert.Contains("\\u002B", json, StringComparison.Ordinal);

        Assert.Equal(bytes, Assert.Single(Extract(json).Found).Bytes);
    }

    [Theory]
    [InlineData("""{"text":"say data:image/png;base64, and then some words that make this long enough to look at"}""")]
    [InlineData("""{"url":"data:image/png;base64,!!!!not-base64!!!!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"data":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","format":"mp3"}""")]
    [InlineData("""{"url":"data:image/png;base64,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""")]
    [InlineData("""{"url":"data:text\"x/plain;base64,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    public void What_is_no_file_stays(string json) => Assert.Equal("", Extract(json).Json);

    [Fact]
    public void A_file_larger_than_allowed_stays()
    {
        string json = $"\"data:image/png;base64,{Base64}\"";
        Assert.Empty(Extract(json, maxBytes: 299).Found);
        Assert.Single(Extract(json, maxBytes: 300).Found);
    }

    [Fact]
    public void An_input_that_is_replaced_takes_its_files_along_and_an_output_keeps_its_own()
    {
        SpanRecord record = Record();
        record.SetInput(Encoding.UTF8.GetBytes($"\"data:image/png;base64,{Base64}\""));
        record.SetOutput(Encoding.UTF8.GetBytes($"\"data:image/gif;base64,{Base64}\""));
        Assert.Equal(2, record.Media!.Count);

        record.SetInput("""{"no":"file"}"""u8);

        Assert.Equal(MediaField.Output, Assert.Single(record.Media).Field);
        Assert.Equal("""{"no":"file"}""", Encoding.UTF8.GetString(record.InputJson));
        Assert.Single(record.ToOwned().Media!);
        record.Reset();
        Assert.Null(record.Media);
    }

    [Fact]
    public void Files_go_before_anything_is_cut()
    {
        SpanRecord record = Record(maxContentBytes: 1_024);
        record.SetInput(Encoding.UTF8.GetBytes($$$"""{"a":"data:image/png;base64,{{{Convert.ToBase64String(new byte[50_000])}}}","b":"short"}"""));

        JsonElement input = JsonSerializer.Deserialize<JsonElement>(record.InputJson);
        Assert.Equal("short", input.GetProperty("b").GetString());
        Assert.Equal(50_000, Assert.Single(record.Media!).Bytes.Length);
    }

    private static SpanRecord Record(int maxContentBytes = 1024 * 1024)
    {
        var record = new SpanRecord();
        record.Configure(captures: true, maxContentBytes, TraceValueWriter.Default, new MediaExtractor(1024 * 1024));
        return record;
    }

    private static (string Json, List<MediaItem> Found) Extract(string json, int maxBytes = 1024 * 1024)
    {
        var rest = new ContentBuffer();
        List<MediaItem>? found = null;
        bool any = new MediaExtractor(maxBytes).TryExtract(Encoding.UTF8.GetBytes(json), MediaField.Input, rest, ref found);
        Assert.Equal(any, found is { Count: > 0 });
        return (Encoding.UTF8.GetString(rest.Written), found ?? []);
    }
}
