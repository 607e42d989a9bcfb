using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using LlmStack.Providers.Http;

namespace LlmStack.Tests.Providers.Http;

public sealed class EscapedTextTests
{
    [Fact]
    public void Whatever_is_written_is_read_again() =>
        Gen.OneOf(Gen.String, Gen.Char["\"\\\n\t\r\b\f\u0001\u007Fab\u00E9\u20AC"].Array[0, 60].Select(static chars => new string(chars))).Sample(
            static text =>
            {
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                var buffer = new ArrayBufferWriter<byte>();
                using (var writer = new Utf8JsonWriter(buffer))
                {
                    writer.WriteStartObject();
                    writer.WritePropertyName("content"u8);
                    EscapedText.Write(writer, utf8);
                    writer.WriteString("role"u8, "assistant"u8);
                    writer.WriteEndObject();
                }

                using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory);
                Assert.Equal(Encoding.UTF8.GetString(utf8), document.RootElement.GetProperty("content").GetString());
                Assert.Equal("assistant", document.RootElement.GetProperty("role").GetString());
            },
            iter: 2000);

    [Fact]
    public void Usual_escapes_are_the_short_ones()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            EscapedText.Write(writer, "a\nb\t\"c\"\\ \u0001"u8);
        }

        Assert.Equal("\"a\\nb\\t\\\"c\\\"\\\\ \\u0001\"", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
