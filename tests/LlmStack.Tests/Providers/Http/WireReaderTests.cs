using System.Text;
using System.Text.Json;
using CsCheck;
using LlmStack.Providers.Http;

namespace LlmStack.Tests.Providers.Http;

/// <summary>The reader beside the platform's: the same tokens at the same places, or no JSON for both.</summary>
public sealed class WireReaderTests
{
    private static readonly Gen<string> Space = OneOf("", "", "", " ", "\n", "\t\r\n  ");

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 0, 40].Select(static text => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)),
        OneOf("", "é", "😀", "\\u00e9", "\\ud83d", "\\n\\r\\t\\b\\f\\/\\\\\\\"", "fifteen bytes..", "sixteen bytes...", "exactly seventeen", "\u007f"));

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Text.Select(static text => $"\"{text}\""),
        OneOf("true", "false", "null", "0", "-0", "12", "-3.25", "1e5", "1.5E-7", "9E+2", "18446744073709551616"));

    private static readonly Gen<string> Broken = OneOf(
        "01", "-", "1.", ".5", "1e", "1e+", "+1", "NaN", "Infinity", "nul", "truex", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "\"\u0001\"", "'a'", "/*c*/", "// c\n",
        "{", "}", "[", "]", ",", ":", "{,}", "[,]", "[1,,2]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1 \"b\":2}", "{\"a\":1,,}", "{1:2}", "[1}", "{\"a\":1]", "{\"a\" 1}", "1 2", "1,2", "\uFEFF1");

    [Fact]
    public void It_reads_what_the_platforms_reader_reads() => Value(4).Select(Space, static (value, space) => space + value + space).Sample(AssertSame, iter: 3_000);

    [Fact]
    public void Broken_anywhere_it_is_no_JSON_for_both()
    {
        Gen<string> broken = Gen.Select(Value(3), Gen.Int[0, 1_000], Broken, static (value, at, broken) => value.Insert(at % (value.Length + 1), broken));
        Gen<string> cut = Gen.Select(Value(3), Gen.Int[0, 1_000], static (value, at) => value[..(at % (value.Length + 1))]);
        Gen<string> swapped = Gen.Select(Value(3), Gen.Int[0, 1_000], Gen.Char['\u0001', '~'], static (value, at, other) =>
            value.Length == 0 ? value : value.Remove(at % value.Length, 1).Insert(at % value.Length, other.ToString()));
        Gen.OneOf(broken, cut, swapped, Broken).Sample(AssertSame, iter: 10_000);
    }

    [Fact]
    public void Every_cut_of_a_document_is_no_JSON_for_both()
    {
        const string Document = """{"a":[1,-2.5e3,{"b\u0063":"text with \"quotes\" and \\ more than sixteen bytes"},],"d":true,"e":null,} [false]""";
        for (int length = 0; length <= Document.Length; length++)
        {
            AssertSame(Document[..length]);
        }
    }

    [Theory]
    [InlineData(WireReader.MaxDepth, true)]
    [InlineData(WireReader.MaxDepth + 1, false)]
    public void Nesting_has_the_same_bound(int depth, bool allowed)
    {
        string json = string.Concat(Enumerable.Repeat("[{\"a\":", depth / 2)) + new string('[', depth % 2) + new string(']', depth % 2) + (depth % 2 == 0 ? "1" : "")
            + string.Concat(Enumerable.Repeat("}]", depth / 2));
        AssertSame(json);
        Assert.Equal(allowed, !Ours(Encoding.UTF8.GetBytes(json)).EndsWith("broken", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_are_compared_without_their_escapes()
    {
        var reader = new WireReader("""{"c\u0068oices":"a\/b"}"""u8);
        reader.Read();
        reader.Read();
        Assert.True(reader.ValueTextEquals("choices"u8));
        Assert.False(reader.ValueTextEquals("choice"u8));
        reader.Read();
        Assert.True(reader.ValueTextEquals("a/b"u8));
        Span<byte> copy = stackalloc byte[8];
        Assert.Equal("a/b", Encoding.UTF8.GetString(copy[..reader.CopyString(copy)]));
    }

    [Fact]
    public void A_value_is_taken_as_it_is_written_and_the_reader_goes_on_behind_it()
    {
        var reader = new WireReader("""{"a": {"b" : [1, 2]} ,"c":"2026-11-28T00:00:00Z","d":"AQI="}"""u8);
        reader.Read();
        reader.Read();
        Assert.Equal("""{"b" : [1, 2]}""", reader.TakeElement().GetRawText());
        reader.Read();
        Assert.True(reader.ValueTextEquals("c"u8));
        reader.Read();
        Assert.True(reader.TryGetDateTimeOffset(out DateTimeOffset time));
        Assert.Equal(new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero), time);
        reader.Read();
        reader.Read();
        Assert.Equal([1, 2], reader.GetBytesFromBase64());
        Assert.True(reader.Read());
        Assert.False(reader.Read());
    }

    [Fact]
    public void A_number_is_no_text_to_compare()
    {
        bool thrown = false;
        var reader = new WireReader("5"u8);
        reader.Read();
        try
        {
            reader.ValueTextEquals("5"u8);
        }
        catch (InvalidOperationException e)
        {
            thrown = e.Message.Contains("Number", StringComparison.Ordinal);
        }

        Assert.True(thrown);
    }

    [Fact]
    public void Whole_values_are_skipped_alike() => Value(4).Sample(static json =>
    {
        byte[] bytes = Encoding.UTF8.GetBytes($$"""{"a":{{json}},"b":1}""");
        var ours = new WireReader(bytes);
        var theirs = new Utf8JsonReader(bytes, JsonText.Lenient);
        for (int i = 0; i < 2; i++)
        {
            ours.Read();
            theirs.Read();
        }

        ours.Skip();
        theirs.Skip();
        Assert.Equal(theirs.BytesConsumed, ours.BytesConsumed);
        Assert.Equal(theirs.TokenType, ours.TokenType);
    }, iter: 1_000);

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static Gen<string> Value(int depth) => depth == 0 ? Scalar : Gen.Frequency(
        (3, Scalar),
        (2, Gen.Select(Value(depth - 1).Array[0, 4], Space, Gen.Bool, static (items, space, trailing) =>
            $"[{space}{string.Join(space + "," + space, items)}{(trailing && items.Length > 0 ? "," : "")}{space}]")),
        (2, Gen.Select(Gen.Select(Text, Value(depth - 1)).Array[0, 4], Space, Gen.Bool, static (fields, space, trailing) =>
            $"{{{space}{string.Join(space + "," + space, fields.Select(field => $"\"{field.Item1}\"{space}:{space}{field.Item2}"))}{(trailing && fields.Length > 0 ? "," : "")}{space}}}")));

    private static void AssertSame(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        Assert.Equal(Theirs(bytes), Ours(bytes));
    }

    private static string Theirs(byte[] json)
    {
        var text = new StringBuilder();
        try
        {
            var reader = new Utf8JsonReader(json, JsonText.Lenient);
            while (reader.Read())
            {
                text.Append(reader.TokenType).Append(' ').Append(reader.TokenStartIndex).Append(' ').Append(reader.BytesConsumed).Append(' ').Append(reader.ValueIsEscaped)
                    .Append(' ').Append(Encoding.UTF8.GetString(reader.ValueSpan)).Append('\n');
            }
        }
        catch (JsonException)
        {
            text.Append("broken");
        }

        return text.ToString();
    }

    private static string Ours(byte[] json)
    {
        var text = new StringBuilder();
        try
        {
            var reader = new WireReader(json);
            while (reader.Read())
            {
                text.Append(reader.TokenType).Append(' ').Append(reader.TokenStartIndex).Append(' ').Append(reader.BytesConsumed).Append(' ').Append(reader.ValueIsEscaped)
                    .Append(' ').Append(Encoding.UTF8.GetString(reader.ValueSpan)).Append('\n');
            }
        }
        catch (JsonException)
        {
            text.Append("broken");
        }

        return text.ToString();
    }
}
