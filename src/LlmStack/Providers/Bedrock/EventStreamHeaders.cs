using System.Buffers.Binary;
using System.Text;

namespace LlmStack.Providers.Bedrock;

/// <summary>What the headers of a frame say.</summary>
/// <param name="MessageType"><c>event</c>, <c>exception</c> or <c>error</c>.</param>
/// <param name="EventType">The event's name.</param>
/// <param name="ExceptionType">The exception's name, or an error's code.</param>
/// <param name="ErrorMessage">An error's message.</param>
internal readonly record struct EventStreamHeaders(string? MessageType, string? EventType, string? ExceptionType, string? ErrorMessage)
{
    public bool IsFailure => MessageType is "exception" or "error";

    /// <summary>Reads the headers; null when they are cut, or of a type that nobody knows how long it is.</summary>
    public static EventStreamHeaders? Read(ReadOnlySpan<byte> bytes)
    {
        EventStreamHeaders headers = default;
        while (!bytes.IsEmpty)
        {
            int nameLength = bytes[0];
            if (bytes.Length < nameLength + 2)
            {
                return null;
            }

            ReadOnlySpan<byte> name = bytes.Slice(1, nameLength);
            byte type = bytes[nameLength + 1];
            bytes = bytes[(nameLength + 2)..];
            int length = LengthOf(type, bytes, out int before);
            if (length < 0 || bytes.Length < before + length)
            {
                return null;
            }

            if (type == 7)
            {
                headers = headers.With(name, bytes.Slice(before, length));
            }

            bytes = bytes[(before + length)..];
        }

        return headers;
    }

    private static int LengthOf(byte type, ReadOnlySpan<byte> bytes, out int before)
    {
        before = type is 6 or 7 ? 2 : 0;
        return type switch
        {
            0 or 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 or 8 => 8,
            9 => 16,
            6 or 7 when bytes.Length >= 2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            _ => -1,
        };
    }

    private EventStreamHeaders With(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        name.SequenceEqual(":event-type"u8) ? this with { EventType = Known(value) }
        : name.SequenceEqual(":message-type"u8) ? this with { MessageType = Known(value) }
        : name.SequenceEqual(":exception-type"u8) || name.SequenceEqual(":error-code"u8) ? this with { ExceptionType = Encoding.UTF8.GetString(value) }
        : name.SequenceEqual(":error-message"u8) ? this with { ErrorMessage = Encoding.UTF8.GetString(value) }
        : this;

    /// <summary>The words of nearly every frame, without a string for each.</summary>
    private static string Known(ReadOnlySpan<byte> value) =>
        value.SequenceEqual("event"u8) ? "event"
        : value.SequenceEqual("contentBlockDelta"u8) ? "contentBlockDelta"
        : Encoding.UTF8.GetString(value);
}
