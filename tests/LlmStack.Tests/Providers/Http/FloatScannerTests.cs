using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using LlmStack.Providers.Http;

namespace LlmStack.Tests.Providers.Http;

public sealed class FloatScannerTests
{
    private static void Same(string text)
    {
        byte[] json = Encoding.ASCII.GetBytes(text);
        int at = 0;
        Assert.True(FloatScanner.TryRead(json, ref at, out float number), text);
        Assert.Equal(json.Length, at);
        float expected = float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        Assert.True(BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(number), $"{text}: {number:R} instead of {expected:R}");
    }

    [Fact]
    public void Every_float_is_read_as_it_was_written() =>
        Gen.Int.Sample(
            static bits =>
            {
                float number = BitConverter.Int32BitsToSingle(bits);
                if (float.IsFinite(number))
                {
                    Same(number.ToString("R", CultureInfo.InvariantCulture));
                    Same(((double)number).ToString("R", CultureInfo.InvariantCulture));
                    Same(number.ToString("E8", CultureInfo.InvariantCulture));
                }
            },
            iter: 200_000);

    [Fact]
    public void Numbers_of_the_size_of_vectors_are_read_exactly() =>
        Gen.Double[-1, 1].Sample(
            static number =>
            {
                Same(number.ToString("R", CultureInfo.InvariantCulture));
                Same(number.ToString("F9", CultureInfo.InvariantCulture));
                Same(number.ToString("F25", CultureInfo.InvariantCulture));
            },
            iter: 200_000);

    [Fact]
    public void Numbers_in_the_middle_between_two_floats_are_read_exactly() =>
        Gen.Select(Gen.Float[1e-30f, 1e30f], Gen.Int[-2, 2]).Sample(
            static (number, steps) =>
            {
                // A double holds the middle exactly, and its neighbours are nearer to it than any digit of a float.
                double middle = ((double)number + MathF.BitIncrement(number)) / 2;
                long bits = BitConverter.DoubleToInt64Bits(middle) + steps;
                string text = BitConverter.Int64BitsToDouble(bits).ToString("E40", CultureInfo.InvariantCulture);
                Same(text);
                Same(text.Replace("E", "1E", StringComparison.Ordinal));
            },
            iter: 100_000);

    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-0.0e10")]
    [InlineData("16777217")]
    [InlineData("16777219.0000000000000000000000000001")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("0.000000000000000000000000000000000000000000001")]
    [InlineData("1.17549429e-38")]
    [InlineData("3.4028235e38")]
    [InlineData("3.4028236e38")]
    [InlineData("1e400")]
    [InlineData("1e-400")]
    [InlineData("9007199254740993e-5")]
    [InlineData("1E+2")]
    [InlineData("0.30000001192092896")]
    public void Odd_numbers_are_read_exactly(string text) => Same(text);

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("01")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("NaN")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    public void What_is_no_json_number_is_not_read(string text)
    {
        int at = 0;
        bool read = FloatScanner.TryRead(Encoding.ASCII.GetBytes(text), ref at, out _);
        Assert.False(read && at == text.Length);
    }

    [Fact]
    public void Lists_are_read_as_the_json_reader_reads_them() =>
        Gen.Select(Gen.Float[-10, 10].Array[0, 300], Gen.OneOf(Gen.Const(""), Gen.Const(" "), Gen.Const("\r\n\t"))).Sample(
            static (numbers, blank) =>
            {
                string json = $$"""{"a":[[1],2],"v":{{blank}}[{{blank}}{{string.Join($"{blank},{blank}", numbers.Select(static number => number.ToString("R", CultureInfo.InvariantCulture)))}}{{blank}}],"w":[3]}""";
                (float[]? first, float[]? second) = ReadBoth(json);
                Assert.Equal(numbers, first!);
                Assert.Equal([3f], second!);
            },
            iter: 500);

    [Theory]
    [InlineData("[1,null,\"2\",[3]]", new float[] { 1, 0, 2, 3 })]
    [InlineData("[[1,2]]", new float[] { 1, 2 })]
    [InlineData("[1,2,]", new float[] { 1, 2 })]
    [InlineData("[]", new float[0])]
    public void Lists_with_something_else_in_them_are_read_as_before(string list, float[] expected)
    {
        ReadOnlySpan<byte> json = Encoding.UTF8.GetBytes(list);
        var reader = new WireReader(json);
        reader.Read();
        Assert.Equal(expected, NumberVector.Read(ref reader));
    }

    [Theory]
    [InlineData("{\"v\":[1,2")]
    [InlineData("{\"v\":[1 2]}")]
    [InlineData("{\"v\":[1,,2]}")]
    [InlineData("{\"v\":[01]}")]
    public void Broken_lists_are_broken(string list) =>
        Assert.ThrowsAny<JsonException>(() =>
        {
            ReadOnlySpan<byte> json = Encoding.UTF8.GetBytes(list);
            var reader = new WireReader(json);
            reader.Read();
            reader.Read();
            reader.Read();
            NumberVector.Read(ref reader);
        });

    private static (float[]? First, float[]? Second) ReadBoth(string text)
    {
        ReadOnlySpan<byte> json = Encoding.UTF8.GetBytes(text);
        var reader = new WireReader(json);
        float[]? first = null;
        float[]? second = null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && (reader.ValueTextEquals("v"u8) || reader.ValueTextEquals("w"u8)))
            {
                bool isFirst = reader.ValueTextEquals("v"u8);
                reader.Read();
                float[]? vector = NumberVector.Read(ref reader);
                first = isFirst ? vector : first;
                second = isFirst ? second : vector;
            }
        }

        return (first, second);
    }
}
