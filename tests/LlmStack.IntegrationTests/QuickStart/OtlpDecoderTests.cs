using System.Text;
using QuickStart;

namespace LlmStack.IntegrationTests.QuickStart;

public sealed class OtlpDecoderTests
{
    [Fact]
    public void Every_field_of_a_span_is_read()
    {
        byte[] span =
        [
            .. Field(1, Convert.FromHexString("0102030405060708090a0b0c0d0e0f10")),
            .. Field(2, Convert.FromHexString("1112131415161718")),
            .. Field(4, Convert.FromHexString("2122232425262728")),
            .. Field(5, "chat fast"u8.ToArray()),
            .. new byte[] { 6 << 3, 1 },
            .. Fixed64(7, 1_000_000_000),
            .. Fixed64(8, 1_000_000_000 + 12_500_000),
            .. Attribute("text", Field(1, "häh"u8.ToArray())),
            .. Attribute("yes", [2 << 3, 1]),
            .. Attribute("count", [3 << 3, 0xAC, 0x02]),
            .. Attribute("share", Fixed64(4, BitConverter.DoubleToUInt64Bits(0.25))),
            .. Attribute("tags", Field(5, [.. Field(1, Field(1, "a"u8.ToArray())), .. Field(1, Field(1, "b"u8.ToArray()))])),
            .. Field(15, [.. Field(2, "overloaded"u8.ToArray()), 3 << 3, 2]),
            .. new byte[] { (16 << 3) | 5 & 0x7F | 0x80, 1, 0, 0, 0, 0 },
        ];
        byte[] resource = Field(1, Attribute("service.name", Field(1, "app"u8.ToArray()), field: 1));
        byte[] request = Field(1, [.. resource, .. Field(2, Field(2, span))]);

        ReceivedSpan received = Assert.Single(OtlpDecoder.Decode(request));

        Assert.Equal("0102030405060708090a0b0c0d0e0f10", received.TraceId);
        Assert.Equal("1112131415161718", received.SpanId);
        Assert.Equal("2122232425262728", received.ParentSpanId);
        Assert.Equal("chat fast", received.Name);
        Assert.Equal(TimeSpan.FromMilliseconds(12.5), received.Duration);
        Assert.Equal("häh", received.Attributes["text"]);
        Assert.Equal(true, received.Attributes["yes"]);
        Assert.Equal(300L, received.Attributes["count"]);
        Assert.Equal(0.25, received.Attributes["share"]);
        Assert.Equal(new List<object> { "a", "b" }, received.Attributes["tags"]);
        Assert.Equal((2, "overloaded"), (received.StatusCode, received.StatusMessage));
        Assert.Equal("app", received.Resource["service.name"]);
    }

    [Fact]
    public void An_empty_request_has_no_spans() => Assert.Empty(OtlpDecoder.Decode([]));

    [Theory]
    [InlineData("0a05")]
    [InlineData("0aff")]
    [InlineData("0b")]
    [InlineData("ffffffffffffffffffffff")]
    public void Broken_bytes_are_an_error_and_never_read_past_the_end(string hex) =>
        Assert.Throws<InvalidDataException>(() => OtlpDecoder.Decode(Convert.FromHexString(hex)));

    private static byte[] Field(int number, byte[] value) => [.. Varint((uint)(number << 3) | 2), .. Varint((uint)value.Length), .. value];

    private static byte[] Fixed64(int number, ulong value) => [.. Varint((uint)(number << 3) | 1), .. BitConverter.GetBytes(value)];

    private static byte[] Attribute(string key, byte[] value, int field = 9) => Field(field, [.. Field(1, Encoding.UTF8.GetBytes(key)), .. Field(2, value)]);

    private static byte[] Varint(uint value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
