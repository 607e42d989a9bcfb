using System.Buffers.Binary;
using System.Text;
using LlmStack.Providers.Bedrock;

namespace LlmStack.Tests.Providers.Bedrock;

/// <summary>What the tests of this format share.</summary>
internal static class BedrockWire
{
    public const string Model = "anthropic.claude-sonnet-4-5-v1:0";

    public const string Answer = """{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},"stopReason":"end_turn","usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15,"cacheReadInputTokens":3,"cacheWriteInputTokens":2},"metrics":{"latencyMs":1}}""";

    public static readonly FormatWire Format = new(static setup => new BedrockFormat().Create(setup), Model);

    public static byte[] Start => Event("messageStart", """{"role":"assistant","p":"abc"}""");

    public static byte[] Stop(string reason = "end_turn") => Event("messageStop", $$"""{"stopReason":"{{reason}}"}""");

    public static byte[] Metadata => Event("metadata", """{"usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15},"metrics":{"latencyMs":9},"p":"ab"}""");

    public static byte[] Text(string text, int block = 0) => Delta($$"""{"text":"{{text}}"}""", block);

    public static byte[] Delta(string delta, int block = 0) => Event("contentBlockDelta", $$"""{"contentBlockIndex":{{block}},"delta":{{delta}},"p":"abcd"}""");

    public static byte[] Event(string type, string payload) =>
        Frame(payload, (":event-type", type), (":content-type", "application/json"), (":message-type", "event"));

    public static byte[] Exception(string type, string payload) =>
        Frame(payload, (":exception-type", type), (":content-type", "application/json"), (":message-type", "exception"));

    /// <summary>A frame with headers of texts.</summary>
    public static byte[] Frame(string payload, params (string Name, string Value)[] headers)
    {
        var bytes = new MemoryStream();
        foreach ((string name, string value) in headers)
        {
            bytes.WriteByte((byte)name.Length);
            bytes.Write(Encoding.UTF8.GetBytes(name));
            bytes.WriteByte(7);
            bytes.WriteByte((byte)(value.Length >> 8));
            bytes.WriteByte((byte)value.Length);
            bytes.Write(Encoding.UTF8.GetBytes(value));
        }

        return Frame(bytes.ToArray(), Encoding.UTF8.GetBytes(payload));
    }

    public static byte[] Frame(byte[] headers, byte[] payload)
    {
        byte[] frame = new byte[16 + headers.Length + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)frame.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), Crc32.Of(frame.AsSpan(0, 8)));
        headers.CopyTo(frame, 12);
        payload.CopyTo(frame, 12 + headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(frame.Length - 4), Crc32.Of(frame.AsSpan(0, frame.Length - 4)));
        return frame;
    }
}
